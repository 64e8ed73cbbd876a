const order = [
  "created",
  "updated",
  "deleted",
  "purged",
  "rolled-back",
  "unchanged",
  "read",
  "examined",
  "skipped",
  "failed",
];

/** Writes how often each outcome occurred: `1 created, 3 unchanged`. */
export function countsText(counts: { readonly [outcome: string]: number }): string {
  return Object.entries(counts)
    .filter(([, number]) => number > 0)
    .toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b))
    .map(([outcome, number]) => `${String(number)} ${outcome.replace("-", " ")}`)
    .join(", ");
}
