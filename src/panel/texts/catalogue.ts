/** The shape that every language fills: texts, functions from values to texts, and groups of both. */
export type Catalogue<Original> = {
  readonly [Key in keyof Original]: Original[Key] extends (...values: infer Values) => string
    ? (...values: Values) => string
    : Original[Key] extends string
      ? string
      : Catalogue<Original[Key]>;
};
