/** Languages of the panel; `en-XA` is English in disguise, by which one sees what was never translated. */
export const languages = ["en", "de", "en-XA"] as const;
export type Language = (typeof languages)[number];

/** How each language calls itself. */
export const languageNames: { readonly [Name in Language]: string } = {
  en: "English",
  de: "Deutsch",
  "en-XA": "[Ƥšéûðö]",
};

/** Whether a text names one of our languages. */
export function isLanguage(text: string | null | undefined): text is Language {
  return (languages as readonly (string | null | undefined)[]).includes(text);
}

/** Chooses by what the browser asks for, RFC 9110 section 12.5.4. */
export function chooseLanguage(acceptLanguage: string | undefined): Language {
  const asked = (acceptLanguage ?? "")
    .split(",")
    .map((part) => {
      const [range = "", ...parameters] = part.trim().split(";");
      const weight = /^q=(?<weight>[01](?:\.\d{0,3})?)$/.exec(parameters.join(";").trim())?.groups?.["weight"] ?? "1";
      return { range: range.trim(), weight: Number(weight) };
    })
    .filter(({ range, weight }) => range !== "" && weight > 0)
    .toSorted((a, b) => b.weight - a.weight);
  for (const { range } of asked) {
    const exact = languages.find((language) => language.toLowerCase() === range.toLowerCase());
    const found = exact ?? languages.find((language) => language === range.split("-")[0]?.toLowerCase());
    if (found !== undefined) return found;
  }
  return "en";
}
