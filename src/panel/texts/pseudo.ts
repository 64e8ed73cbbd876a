import type { Catalogue } from "./catalogue.ts";

const accented: Readonly<Record<string, string>> = Object.fromEntries(
  [..."aeiounycgslzAEIOUNYCGSLZ"].map((letter, index) => [letter, [..."áéíóúñýçğšłžÁÉÍÓÚÑÝÇĞŠŁŽ"][index] ?? letter]),
);

/** Text that can still be read, is a third longer, and shows where it begins and ends. */
export function disguised(text: string): string {
  const letters = [...text].map((letter) => accented[letter] ?? letter).join("");
  return `[${letters}${"~".repeat(Math.ceil(text.length / 3))}]`;
}

/** A language that nobody speaks, of the same shape, by which one sees what was never put into a catalogue. */
export function disguise<Original extends object>(original: Original): Catalogue<Original> {
  const entries = Object.entries(original).map(([key, value]: [string, unknown]) => {
    if (typeof value === "string") return [key, disguised(value)];
    if (typeof value === "function") {
      const say = value as (...values: readonly unknown[]) => string;
      return [key, (...values: readonly unknown[]) => disguised(say(...values))];
    }
    return [key, disguise(value as object)];
  });
  return Object.fromEntries(entries) as Catalogue<Original>;
}
