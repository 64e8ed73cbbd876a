import type { Application } from "../model/application.ts";
import type { Environment } from "../model/environment.ts";
import { cowsay } from "./applications/cowsay.ts";
import { hello } from "./applications/hello.ts";
import { mastodon } from "./applications/mastodon/mastodon.ts";
import { panel } from "./applications/panel/panel.ts";
import { peertube } from "./applications/peertube/peertube.ts";
import { pixelfed } from "./applications/pixelfed/pixelfed.ts";
import { snac } from "./applications/snac/snac.ts";
import { defineEnvironment } from "./environments/define-environment.ts";
import { local } from "./environments/local.ts";
import { offer } from "./environments/offer.ts";
import { machinePerApplication, oneMachine } from "./environments/placement.ts";
import { dataDirectory } from "./resources/data-directory.ts";
import { loginShell } from "./resources/login-shell.ts";
import { service } from "./resources/service.ts";
import { webAddress } from "./resources/web-address.ts";

/** What a hosting provider's `fediversity.config.ts` says: which applications exist, and where they may run. */
export interface FediversityConfig {
  readonly applications: readonly Application[];
  /** The first is the default. */
  readonly environments: readonly Environment[];
}

/** Gives a `fediversity.config.ts` its type. */
export function defineConfig(config: FediversityConfig): FediversityConfig {
  return config;
}

/** The applications that come with the product. */
export const applications: readonly Application[] = [cowsay, hello, mastodon, panel, peertube, pixelfed, snac];

const offers = {
  data: offer(dataDirectory, {}),
  service: offer(service, {}),
  shell: offer(loginShell, { username: "operator" }),
  // Nobody outside can vouch for a name that exists on this computer only.
  web: offer(webAddress, { certificates: { from: "machine" } }),
};

/** What is used where there is no `fediversity.config.ts`: machines on this computer. */
export const defaultConfig: FediversityConfig = defineConfig({
  applications,
  environments: [
    defineEnvironment({
      name: "local",
      description: "Containers on this computer, one per application",
      offers,
      placement: machinePerApplication,
      machines: local(),
    }),
    defineEnvironment({
      name: "local-one-machine",
      description: "One container on this computer for everything",
      offers,
      placement: oneMachine,
      machines: local(),
    }),
  ],
});
