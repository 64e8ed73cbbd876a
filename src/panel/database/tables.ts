import type { ColumnType } from "kysely";
import type { StampedEvent } from "../../engine/event.ts";
import type { FailureReport } from "../../model/failure.ts";
import type { JsonObject } from "../../model/json.ts";
import type { MemberRole, StaffRole } from "../access/role.ts";
import type { TokenScope } from "../access/scope.ts";

/** A moment, kept by the database with its time zone. */
type Time = ColumnType<Date, Date | string, Date | string>;
type NullableTime = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>;
type Json<Value> = ColumnType<Value, string, string>;
type NullableJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>;

/** Somebody who signs in: of an operator, of the hosting provider's staff, or both. */
export interface PersonTable {
  id: string;
  /** In lower case. */
  email: string;
  name: string;
  language: string | null;
  /** In the PHC string format. */
  password_hash: string;
  /** Sealed with the panel's key. */
  totp_secret: string | null;
  /** The last time step that a code was taken of, so that none is taken twice. */
  totp_step: number | null;
  staff_role: StaffRole | null;
  created_at: Time;
}

/** A code that replaces the second factor once. */
export interface RecoveryCodeTable {
  person_id: string;
  hash: string;
  used_at: NullableTime;
}

/** A public key credential of WebAuthn. */
export interface PasskeyTable {
  id: string;
  person_id: string;
  credential_id: string;
  /** COSE key, base64url. */
  public_key: string;
  counter: number;
  transports: string;
  name: string;
  created_at: Time;
  used_at: NullableTime;
}

/** One signed-in browser. */
export interface SessionTable {
  /** Of the value in the cookie, which is nowhere else. */
  hash: string;
  /** What others may see of it. */
  id: string;
  person_id: string;
  /** `password`: the second factor is still missing. */
  stage: "password" | "complete";
  created_at: Time;
  used_at: Time;
  /** When the person last proved who they are: destructive acts ask again after a while. */
  proved_at: Time;
  source: string;
  agent: string;
}

/** One attempt of WebAuthn that waits for its answer. */
export interface ChallengeTable {
  id: string;
  challenge: string;
  person_id: string | null;
  expires_at: Time;
}

/** A tenant: a person or group for whom services run. */
export interface OperatorTable {
  id: string;
  name: string;
  created_at: Time;
  suspended_at: NullableTime;
}

export interface MemberTable {
  operator_id: string;
  person_id: string;
  role: MemberRole;
  created_at: Time;
}

/** A link that makes an account, once. */
export interface InvitationTable {
  id: string;
  hash: string;
  /** Whom it is bound to; nobody for the first set-up. */
  email: string | null;
  operator_id: string | null;
  role: MemberRole | null;
  staff_role: StaffRole | null;
  invited_by: string | null;
  created_at: Time;
  expires_at: Time;
  accepted_at: NullableTime;
}

/** A link by which somebody who cannot sign in any more sets a new password, once. */
export interface WayBackTable {
  id: string;
  hash: string;
  /** Whom it is bound to. */
  person_id: string;
  given_by: string | null;
  /** Whether whoever runs the panel's computer gave it there, who is nobody in the panel. */
  from_computer: ColumnType<boolean, boolean | undefined, never>;
  /** As whose owner the giver gave it; nobody's when the hosting provider's staff did. */
  operator_id: string | null;
  /** Whether it also takes the second factor and the passkeys away. */
  without_factors: boolean;
  created_at: Time;
  expires_at: Time;
  used_at: NullableTime;
  /** When a newer one, the person or a new password ended it. */
  ended_at: NullableTime;
}

/** What an operator wrote for one domain: staged, and as last deployed. */
export interface ConfigurationTable {
  id: string;
  operator_id: string;
  domain: string;
  environment: string;
  staged: Json<JsonObject>;
  deployed: NullableJson<JsonObject>;
  staged_at: Time;
  deployed_at: NullableTime;
  /** The last look at what runs. */
  health: NullableJson<JsonObject>;
  health_at: NullableTime;
  /** When the password of the first accounts was shown. */
  password_shown_at: NullableTime;
  created_at: Time;
}

export type RunStatus = "queued" | "running" | "succeeded" | "failed" | "cancelled";

/** One deployment of a configuration, from the click to its end. */
export interface RunTable {
  id: string;
  operator_id: string;
  configuration_id: string;
  /** Deletes kept data after applying. */
  purge: boolean;
  status: RunStatus;
  /** What is deployed: the staged configuration as it was reviewed. */
  configuration: Json<JsonObject>;
  environment: string;
  requested_by: string;
  requested_at: Time;
  started_at: NullableTime;
  finished_at: NullableTime;
  cancel_requested_at: NullableTime;
  failure: NullableJson<FailureReport>;
}

/** What the engine said, in its order. */
export interface RunEventTable {
  run_id: string;
  sequence: number;
  event: Json<StampedEvent>;
}

/** Who did what, append-only; each entry holds the hash of the one before it. */
export interface AuditTable {
  sequence: number;
  time: Time;
  actor: string;
  operator_id: string | null;
  action: string;
  subject: string;
  outcome: "done" | "denied" | "failed";
  source: string;
  detail: Json<JsonObject>;
  previous_hash: string;
  hash: string;
}

/** A secret by which a program uses the API. */
export interface TokenTable {
  id: string;
  hash: string;
  operator_id: string;
  person_id: string;
  name: string;
  scopes: Json<readonly TokenScope[]>;
  created_at: Time;
  expires_at: Time;
  used_at: NullableTime;
}

/** How often something was tried lately. */
export interface AttemptTable {
  key: string;
  window: number;
  count: number;
}

/** Everything that the panel keeps, apart from the queue. */
export interface Tables {
  person: PersonTable;
  recovery_code: RecoveryCodeTable;
  passkey: PasskeyTable;
  session: SessionTable;
  challenge: ChallengeTable;
  operator: OperatorTable;
  member: MemberTable;
  invitation: InvitationTable;
  way_back: WayBackTable;
  configuration: ConfigurationTable;
  run: RunTable;
  run_event: RunEventTable;
  audit: AuditTable;
  token: TokenTable;
  attempt: AttemptTable;
}
