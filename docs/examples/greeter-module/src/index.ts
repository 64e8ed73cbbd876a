export { greeter } from "./greeter.ts";
export { loginNotice } from "./login-notice.ts";
export { perlService } from "./perl-service.ts";
