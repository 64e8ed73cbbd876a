/** Writes a duration given in milliseconds: `0.4 s`, `12 s`, `2 min 05 s`, `1 h 03 min`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${String(whole)} s`;
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${two(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${String(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

/** Writes an amount of bytes in binary units: `512 B`, `1.5 MiB`. */
export function bytes(amount: number): string {
  if (amount < 1024) return `${String(Math.round(amount))} B`;
  let value = amount;
  let unit = "";
  for (const next of ["KiB", "MiB", "GiB", "TiB"]) {
    if (unit !== "" && value < 1023.95) break;
    value /= 1024;
    unit = next;
  }
  return `${value.toFixed(1)} ${unit}`;
}

/** Writes a number with its word: `1 component`, `2 components`. */
export function count(number: number, word: string): string {
  return `${String(number)} ${word}${number === 1 ? "" : "s"}`;
}
