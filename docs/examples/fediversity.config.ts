import {
  applications,
  defineConfig,
  defineEnvironment,
  hosts,
  local,
  loginShell,
  machinePerApplication,
  offer,
  oneMachine,
} from "fediversity";
import { greeter, loginNotice, perlService } from "fediversity-greeter";

const offers = {
  shell: offer(loginShell, { username: "operator" }),
  services: offer(perlService, { ports: { from: 8000, to: 8999 } }),
  notices: offer(loginNotice, {}),
};

export default defineConfig({
  applications: [...applications, greeter],
  environments: [
    defineEnvironment({
      name: "production",
      description: "Our machines in the data centre",
      offers,
      placement: machinePerApplication,
      machines: hosts({ hello: "192.0.2.10", cowsay: "192.0.2.11", greeter: "192.0.2.12" }),
    }),
    defineEnvironment({
      name: "trial",
      description: "One container on this computer",
      offers,
      placement: oneMachine,
      machines: local(),
    }),
  ],
});
