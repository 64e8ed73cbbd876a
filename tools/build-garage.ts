// Builds the real Garage for the checks, once, from its sources at crates.io: npm run build-garage. Where there is no
// cargo, or crates.io does not answer, nothing is lost: the checks use Garage's double, and say so.
import { access, constants, copyFile, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { garageProgram } from "../checks/cli/images.ts";
import { run } from "../src/providers/process/run.ts";

const version = "2.5.0";

async function exists(path: string): Promise<boolean> {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Compiles Garage into a folder. @returns the program, or why there is none */
async function compile(folder: string): Promise<{ readonly program?: string; readonly why?: string }> {
  const target = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-unknown-linux-gnu`;
  const env = {
    ...process.env,
    // Statically linked, since its image holds nothing else; fast to build rather than fast.
    RUSTFLAGS: "-C target-feature=+crt-static",
    CARGO_PROFILE_RELEASE_LTO: "off",
    CARGO_PROFILE_RELEASE_OPT_LEVEL: "1",
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
    CARGO_PROFILE_RELEASE_STRIP: "true",
    CARGO_TARGET_DIR: join(folder, "target"),
  } as Record<string, string>;
  try {
    const args = [
      "install",
      "garage",
      "--version",
      version,
      "--locked",
      "--target",
      target,
      "--root",
      join(folder, "root"),
    ];
    const { code, stderr } = await run("nice", ["cargo", ...args], { env, timeout: 40 * 60_000 });
    if (code === 0) return { program: join(folder, "root/bin/garage") };
    return { why: stderr.trimEnd().split("\n").slice(-3).join(" ") };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}

if (await exists(garageProgram)) {
  console.log(`garage: ${garageProgram} is there`);
} else {
  const folder = `${dirname(garageProgram)}-build`;
  const begun = performance.now();
  console.log(`garage: building ${version} from its sources; this takes about a quarter of an hour`);
  const { program, why = "" } = await compile(folder);
  if (program === undefined) {
    console.log(`garage: not built, so the checks use its double: ${why}`);
  } else {
    await mkdir(dirname(garageProgram), { recursive: true });
    await copyFile(program, `${garageProgram}.new`);
    await rename(`${garageProgram}.new`, garageProgram);
    console.log(`garage: built in ${((performance.now() - begun) / 60_000).toFixed(0)} min`);
  }
  await rm(folder, { recursive: true, force: true });
}
