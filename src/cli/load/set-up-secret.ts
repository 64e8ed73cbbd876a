import { Failure } from "../../model/failure.ts";
import { readText } from "./read-text.ts";

/**
 * Reads the secret of the link for a panel's first set-up, as a deployment of the panel gives it in a file.
 * @throws Failure `settings-invalid`
 */
export async function setUpSecret(file: string | undefined): Promise<string | undefined> {
  if (file === undefined || file === "") return undefined;
  const next = "Correct the path in FEDIPANEL_SET_UP_FILE, or leave the variable out.";
  const wrong = { code: "settings-invalid", attempted: "read the link for the first set-up" };
  const link = await readText(file, { ...wrong, missing: next });
  const [, secret] = /^https:\/\/\S+\/invitations\/([A-Za-z0-9_-]{43})\s*$/.exec(link) ?? [];
  if (secret !== undefined) return secret;
  throw new Failure({ ...wrong, subject: file, found: "it is no link of an invitation", next });
}
