import { installPackages } from "../../src/cli/starting/install-packages.ts";
import { renderFailure, reportOf } from "../../src/model/failure.ts";
import { checkComputer, missingDebianPackages } from "../../src/providers/local-machine/check-computer.ts";

/**
 * Finds out by trying whether this computer can boot machines; installs the Debian packages that this takes.
 * @returns why it cannot, or nothing when it can
 */
export async function whyNoMachines(onLine: (line: string) => void): Promise<string | undefined> {
  const before = await checkComputer();
  if (before.some(({ code }) => code === "packages-missing")) {
    const names = await missingDebianPackages();
    try {
      await installPackages(names, ({ text }) => onLine(`Debian packages ${names.join(", ")}: ${text ?? ""}`));
    } catch (error) {
      return renderFailure(reportOf(error, `install ${names.join(", ")}`));
    }
  }
  const obstacles = before.length === 0 ? before : await checkComputer();
  return obstacles.length === 0 ? undefined : obstacles.map(({ found, next }) => `${found}. ${next}`).join(" ");
}
