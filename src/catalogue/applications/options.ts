import { z } from "zod";
import { Domain } from "../../model/domain.ts";

/** A line of text that an operator writes; whatever is in it arrives as it was written. */
export function line(max: number): z.ZodString {
  return z
    .string()
    .max(max)
    .regex(
      /^[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}\u2028\u2029]*$/u,
      "expected text without line breaks and control characters",
    );
}

/** Text of several lines. */
export function paragraph(max: number): z.ZodString {
  return z
    .string()
    .max(max)
    .regex(
      /^(?:[^\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}]|[\n\t])*$/u,
      "expected text without control characters other than line breaks and tabs",
    );
}

/** The name on the web where an application answers; empty for the usual one. */
export const host = z
  .union([Domain, z.literal("")])
  .default("")
  .describe(
    "The name on the web where it answers, such as social.example.org; NAME.DOMAIN when empty. Final once there are accounts",
  )
  .meta({ format: "hostname" });

/** Where an application answers: as its option says, or under its own name below the domain. */
export function hostOf(application: string, domain: string, option: string): string {
  return option === "" ? `${application}.${domain}` : option;
}

/** Who may open an account. */
export const registrations = z
  .enum(["closed", "approval", "open"])
  .default("closed")
  .describe("Who may open an account: nobody, whoever is approved, or everybody");

/** Languages as BCP 47 has them, the first being the default. */
export const languages = z
  .array(z.string().regex(/^[a-z]{2,3}(?:-[A-Z]{2})?$/, "expected a language such as en or pt-BR"))
  .max(20)
  .default(["en"])
  .describe("Languages of the instance, the first being its default");
