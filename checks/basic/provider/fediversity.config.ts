import {
  applications,
  defineConfig,
  defineEnvironment,
  hosts,
  loginShell,
  machinePerApplication,
  offer,
  type Placement,
} from "fediversity";
import { idleService, probe } from "./probe.ts";

const withProbes: Placement = (placeable) =>
  machinePerApplication({ ...placeable, application: placeable.application.replace("probe-", "") });

export default defineConfig({
  applications: [...applications, probe("probe-hello"), probe("probe-cowsay")],
  environments: [
    defineEnvironment({
      name: "machines",
      description: "The two machines of the check",
      offers: { shell: offer(loginShell, { username: "operator", wheel: false }), idle: offer(idleService, {}) },
      placement: withProbes,
      confirmSeconds: 30,
      machines: hosts({ hello: "hello", cowsay: "cowsay" }),
    }),
  ],
});
