/** What is measured: milliseconds, megabytes (10⁶ bytes), bytes, or requests to another program. */
export type Unit = "ms" | "MB" | "B" | "requests";

/** Shows a measured amount to people, with as many digits as mean something. Pure. */
export function quantity(amount: number, unit: Unit): string {
  if (unit === "requests") return `${String(amount)} ${amount === 1 ? "request" : "requests"}`;
  const [value, name] = scaled(amount, unit);
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${name}`;
}

function scaled(amount: number, unit: Unit): readonly [number, string] {
  if (unit === "ms" && amount >= 1000) return [amount / 1000, "s"];
  if (unit === "B" && amount >= 1e6) return [amount / 1e6, "MB"];
  if (unit === "B" && amount >= 1000) return [amount / 1000, "kB"];
  return [amount, unit];
}
