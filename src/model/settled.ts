const settledValues = new WeakSet();

/** Whether a value is known to stay as it is, with everything in it. */
export function isSettled(value: object): boolean {
  return settledValues.has(value);
}

/** Freezes a JSON value with everything in it, and gives it back. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || settledValues.has(value)) return value;
  for (const one of Array.isArray(value) ? value : Object.values(value)) frozen(one);
  return Object.freeze(value);
}

/**
 * Freezes a JSON value for good, with everything in it, and gives it back: what is found out about it once holds for
 * ever. For what depends on constants and policies alone, and is the same in every evaluation.
 */
export function settled<T>(value: T): T {
  if (typeof value !== "object" || value === null || settledValues.has(value)) return value;
  for (const one of Array.isArray(value) ? value : Object.values(value)) settled(one);
  settledValues.add(value);
  return Object.freeze(value);
}

/** Does the same to a value that is made anew each time, and of whose members nobody is going to ask one by one. */
export function settledAsWhole<T extends object>(value: T): T {
  settledValues.add(frozen(value));
  return value;
}

/** Makes a function that finds something out about a value only once where the value is settled. */
export function once<Value extends object, Found>(find: (value: Value) => Found): (value: Value) => Found {
  const known = new WeakMap<Value, { readonly found: Found }>();
  return (value) => {
    if (!settledValues.has(value)) return find(value);
    const before = known.get(value);
    if (before !== undefined) return before.found;
    const found = find(value);
    known.set(value, { found });
    return found;
  };
}
