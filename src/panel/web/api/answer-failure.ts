import type { Context } from "hono";
import { Failure, type FailureReport } from "../../../model/failure.ts";

/** What a request can be wrong about, by the code of the failure; everything else is a state that it does not fit. */
const statusByCode: Readonly<Record<string, 400 | 404 | 409 | 422>> = {
  "json-invalid": 400,
  "request-invalid": 400,
  "not-found": 404,
  "application-unknown": 404,
  "environment-unknown": 404,
  "domain-taken": 409,
  "review-outdated": 409,
  "configuration-invalid": 422,
};

/** Answers a program with what went wrong, and with the status that fits. */
export function answerFailure(http: Context, report: FailureReport): Response {
  return http.json(report, statusByCode[report.code] ?? 409);
}

/** There is no such thing among what the operator has, whether it exists elsewhere or not. */
export function notFound(what: string, id: string): Failure {
  return new Failure({
    code: "not-found",
    attempted: `find a ${what}`,
    subject: id.slice(0, 100),
    found: `there is no such ${what}`,
    next: `List what there is, and use the id of one of them.`,
  });
}
