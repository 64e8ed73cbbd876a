import { createRequire } from "node:module";

/** Gives a module of one of Debian's packages, which are outside of the folders that `import` looks into. */
export const requireDebian = createRequire("/usr/share/nodejs/");
