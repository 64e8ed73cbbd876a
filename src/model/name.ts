/** Grammar of names that become parts of paths, host names and secrets: lower-case words joined by `-`, 40 characters. */
export const kebabName = /^(?=.{1,40}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
