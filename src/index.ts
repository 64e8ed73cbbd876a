/**
 * The vocabulary for `fediversity.config.ts` and for modules with applications, resources and environments.
 * @module
 */
export { defineApplication, type Application, type ApplicationContext, type StateItem } from "./model/application.ts";
export { Failure, type FailureReport } from "./model/failure.ts";
export { HealthCheck, type HealthCheckInput } from "./model/health.ts";
export {
  PlainText,
  SecretText,
  isReference,
  isSecret,
  output,
  referable,
  secret,
  text,
  type Binding,
  type Reference,
  type Text,
} from "./model/reference.ts";
export { defineResource, type SystemResource } from "./system/resource.ts";
export { System, type SystemInput } from "./system/system.ts";
export { PackageName } from "./system/package-name.ts";
export { AbsolutePath, AccountName } from "./system/path.ts";
export { createEvaluator, evaluate, type Evaluation, type Evaluator } from "./model/evaluate.ts";
export type { Deployment } from "./model/deployment.ts";
export type { Environment } from "./model/environment.ts";
export { componentTypes } from "./catalogue/components/component-types.ts";
export { applications, defaultConfig, defineConfig, type FediversityConfig } from "./catalogue/config.ts";
export {
  defineEnvironment,
  providerSecret,
  type EnvironmentDefinition,
} from "./catalogue/environments/define-environment.ts";
export { hosts } from "./catalogue/environments/hosts.ts";
export { incus } from "./catalogue/environments/incus.ts";
export { local } from "./catalogue/environments/local.ts";
export { proxmox } from "./catalogue/environments/proxmox.ts";
export type { MachineSource } from "./catalogue/environments/machine-source.ts";
export { offer, type Offer } from "./catalogue/environments/offer.ts";
export { machinePerApplication, oneMachine, type Placement } from "./catalogue/environments/placement.ts";
export { cowsay } from "./catalogue/applications/cowsay.ts";
export { hello } from "./catalogue/applications/hello.ts";
export { mastodon, mastodonAt } from "./catalogue/applications/mastodon/mastodon.ts";
export { panel } from "./catalogue/applications/panel/panel.ts";
export { peertube, peertubeAt } from "./catalogue/applications/peertube/peertube.ts";
export { pixelfed, pixelfedAt } from "./catalogue/applications/pixelfed/pixelfed.ts";
export { snac } from "./catalogue/applications/snac/snac.ts";
export { cache } from "./catalogue/resources/cache.ts";
export { container } from "./catalogue/resources/container.ts";
export { dataDirectory } from "./catalogue/resources/data-directory.ts";
export { database } from "./catalogue/resources/database.ts";
export { mail } from "./catalogue/resources/mail.ts";
export { objectStorage } from "./catalogue/resources/object-storage.ts";
export { panelServer } from "./catalogue/resources/panel-server.ts";
export { service } from "./catalogue/resources/service.ts";
export { upgrade } from "./catalogue/resources/upgrade.ts";
export { timer } from "./catalogue/resources/timer.ts";
export { webAddress } from "./catalogue/resources/web-address.ts";
export { loginShell } from "./catalogue/resources/login-shell.ts";
