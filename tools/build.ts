// Makes the package out of the sources: JavaScript, declarations and what lies beside them, in dist/.
import { buildPackage } from "./build-package.ts";

await buildPackage("dist");
