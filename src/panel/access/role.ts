/** Roles of the hosting provider's own people. */
export const staffRoles = ["admin", "support"] as const;
export type StaffRole = (typeof staffRoles)[number];

/** Roles within one operator, the highest first. */
export const memberRoles = ["owner", "admin", "viewer"] as const;
export type MemberRole = (typeof memberRoles)[number];

/** Whether a role may give another one to somebody: owners any, others only what is below them. */
export function mayInvite(own: MemberRole, invited: MemberRole): boolean {
  return own === "owner" || memberRoles.indexOf(invited) > memberRoles.indexOf(own);
}
