import type { DoubleImage } from "../double-image.ts";

/** Garage's image is `FROM scratch` with one program and no shell: the double has Debian's Node.js beside it. */
export const garageImage: DoubleImage = {
  name: "docker.io/dxflrs/garage",
  packages: ["nodejs"],
  folder: new URL("image/", import.meta.url),
  programs: ["/garage"],
  directories: [],
  config: {
    Cmd: ["/garage", "server"],
    Env: ["RUST_BACKTRACE=1", "RUST_LOG=garage=info"],
  },
};
