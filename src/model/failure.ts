/** What went wrong, as data: rendered in one place, testable, and complete enough to act on. */
export interface FailureReport {
  /** Kebab-case identifier that scripts and tests may rely on, for example `host-key-changed`. */
  readonly code: string;
  /** What was being done, as a clause: "start unit greeter.service". */
  readonly attempted: string;
  /** The component, machine, file or path of the document concerned. */
  readonly subject?: string | undefined;
  /** What the outside answered or what the document said. Never holds a secret. */
  readonly found: string;
  /** What the reader should do next. */
  readonly next: string;
  /** Further lines worth reading, such as the end of a journal. */
  readonly details?: readonly string[] | undefined;
  /** The single failures, when this one stands for several. */
  readonly failures?: readonly FailureReport[] | undefined;
}

/** The one error that the product throws on purpose; anything else that is thrown is a defect in the product. */
export class Failure extends Error {
  readonly report: FailureReport;

  constructor(report: FailureReport, options?: { cause?: unknown }) {
    super(`${report.subject === undefined ? "" : `${report.subject}: `}${report.found}`, options);
    this.name = "Failure";
    this.report = report;
  }

  get code(): string {
    return this.report.code;
  }
}

/**
 * Gives the report of anything thrown. What is not a {@link Failure} is a defect in the product and says so.
 * @param attempted what was being done, used only for foreign errors
 */
export function reportOf(thrown: unknown, attempted: string, subject?: string): FailureReport {
  if (thrown instanceof Failure) return thrown.report;
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  return {
    code: "internal",
    attempted,
    subject,
    found: error.message,
    next: "This is a defect in Fediversity: please report it together with the lines below.",
    details: (error.stack ?? "").split("\n").slice(1, 9),
  };
}

/** Renders a report for people: one paragraph, then details, then what to do. */
export function renderFailure(report: FailureReport): string {
  const lines = [
    `${report.subject === undefined ? "" : `${report.subject}: `}${report.found} [${report.code}]`,
    `  attempted: ${report.attempted}`,
    ...(report.details ?? []).map((line) => `  | ${line}`),
    ...(report.failures ?? []).flatMap((inner) =>
      renderFailure(inner)
        .split("\n")
        .map((line) => `  ${line}`),
    ),
    `  next: ${report.next}`,
  ];
  return lines.join("\n");
}
