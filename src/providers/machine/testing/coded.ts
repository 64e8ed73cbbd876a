import assert from "node:assert/strict";
import { Failure } from "../../../model/failure.ts";

/** For `assert.rejects` and `assert.throws`: a Failure with this code, whose words match. */
export function coded(code: string, found = /./): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof Failure, String(error));
    assert.equal(error.code, code, JSON.stringify(error.report));
    assert.match(error.report.found, found);
    return true;
  };
}
