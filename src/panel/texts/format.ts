import type { Language } from "./language.ts";

/** Writes dates, durations and sizes as a language does. */
export interface Format {
  date(time: Date): string;
  time(time: Date): string;
  dateTime(time: Date): string;
  /** "3 minutes ago". */
  ago(time: Date, now: number): string;
  /** Milliseconds in words: "2 minutes 5 seconds". */
  duration(milliseconds: number): string;
  number(value: number): string;
  bytes(value: number): string;
  list(items: readonly string[]): string;
}

const steps: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
];
const sizes = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;

function make(language: Language): Format {
  const locale = language === "en-XA" ? "en" : language;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const unit = (name: string, value: number, digits = 0): string =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: name,
      unitDisplay: "long",
      maximumFractionDigits: digits,
    }).format(value);
  const dateStyle = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeZone: "UTC" });
  const timeStyle = new Intl.DateTimeFormat(locale, { timeStyle: "medium", timeZone: "UTC" });
  const both = new Intl.DateTimeFormat(locale, { dateStyle: "long", timeStyle: "long", timeZone: "UTC" });
  return {
    date: (time) => dateStyle.format(time),
    time: (time) => timeStyle.format(time),
    dateTime: (time) => both.format(time),
    ago(time, now) {
      const passed = now - time.getTime();
      const [name, length] = steps.find(([, one]) => Math.abs(passed) >= one) ?? (["second", 1000] as const);
      return relative.format(-Math.round(passed / length), name);
    },
    duration(milliseconds) {
      const seconds = Math.max(0, Math.round(milliseconds / 1000));
      if (seconds < 60) return unit("second", seconds);
      const minutes = Math.floor(seconds / 60);
      if (minutes < 60) return `${unit("minute", minutes)} ${unit("second", seconds % 60)}`;
      return `${unit("hour", Math.floor(minutes / 60))} ${unit("minute", minutes % 60)}`;
    },
    number: (value) => new Intl.NumberFormat(locale).format(value),
    bytes(value) {
      const power = Math.min(sizes.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
      return unit(sizes[power] ?? "byte", value / 1000 ** power, 1);
    },
    list: (items) => new Intl.ListFormat(locale, { type: "conjunction" }).format(items),
  };
}

const made = new Map<Language, Format>();

/** The way of writing of a language. */
export function formatFor(language: Language): Format {
  const format = made.get(language) ?? make(language);
  made.set(language, format);
  return format;
}
