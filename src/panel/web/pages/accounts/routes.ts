import type { Route } from "../../route.ts";
import { activityRoutes } from "./activity.tsx";
import { factorRoutes } from "./factor-page.tsx";
import { homeRoutes } from "./home.tsx";
import { invitationRoutes } from "./invitation.tsx";
import { memberChangeRoutes } from "./member-changes.tsx";
import { memberWayBackRoutes } from "./member-way-back.ts";
import { memberRoutes } from "./members.ts";
import { passkeyRoutes } from "./passkeys.ts";
import { passkeySignInRoutes } from "./passkey-sign-in.ts";
import { profileRoutes } from "./profile.ts";
import { proveRoutes } from "./prove.tsx";
import { secondFactorRoutes } from "./second-factor.tsx";
import { securityRoutes } from "./security.ts";
import { signInRoutes } from "./sign-in.tsx";
import { signOutRoutes } from "./sign-out.ts";
import { tokenRoutes } from "./tokens.tsx";
import { totpRoutes } from "./totp.ts";
import { wayBackRoutes } from "./way-back.ts";

/** Ways into this part. */
export const accountRoutes: readonly Route[] = [
  ...homeRoutes,
  ...signInRoutes,
  ...secondFactorRoutes,
  ...passkeySignInRoutes,
  ...signOutRoutes,
  ...invitationRoutes,
  ...wayBackRoutes,
  ...profileRoutes,
  ...proveRoutes,
  ...securityRoutes,
  ...totpRoutes,
  ...factorRoutes,
  ...passkeyRoutes,
  ...memberRoutes,
  ...memberChangeRoutes,
  ...memberWayBackRoutes,
  ...activityRoutes,
  ...tokenRoutes,
];
