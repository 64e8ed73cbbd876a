import type { Actor } from "./actor.ts";
import type { PanelSettings } from "../settings.ts";
import type { StaffRole } from "./role.ts";

/** Of whom a second factor is demanded. */
type FactorDemand = PanelSettings["requireSecondFactor"];

/** An actor as the database knows them, before anybody asked what is demanded of them. */
export type Known<Whole extends Actor> = Omit<Whole, "lacksFactor">;

/** Whether a second factor is demanded of somebody. */
export function demandsFactor(demand: FactorDemand, { staffRole }: { readonly staffRole: StaffRole | null }): boolean {
  switch (demand) {
    case "nobody":
      return false;
    case "staff":
      return staffRole !== null;
    case "everyone":
      return true;
  }
}

/** Says of a person, or of the maker of a token, whether they lack what is demanded of them. Nobody is decided about without. */
export function underDemand<Of extends { readonly staffRole: StaffRole | null; readonly secondFactor: boolean }>(
  demand: FactorDemand,
  known: Of,
): Of & { readonly lacksFactor: boolean } {
  return { ...known, lacksFactor: !known.secondFactor && demandsFactor(demand, known) };
}
