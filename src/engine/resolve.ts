import type { z } from "zod";
import type { ComponentType } from "../model/component.ts";
import { Failure } from "../model/failure.ts";
import { isObject, type Json, type JsonObject } from "../model/json.ts";
import { substitute } from "../model/reference.ts";

function issues(error: z.ZodError): readonly string[] {
  return error.issues.map((issue) => `${issue.path.length === 0 ? "" : `${issue.path.join(".")}: `}${issue.message}`);
}

function outputOf(outputs: JsonObject | undefined, component: string, name: string, wantedBy: string): Json {
  const value = outputs?.[name];
  if (value !== undefined) return value;
  throw new Failure({
    code: "output-missing",
    attempted: "put outputs in the place of references",
    subject: wantedBy,
    found: `${component} has no output ${name}`,
    next: "This is a defect of the provider of that component: please report it.",
  });
}

/**
 * Puts outputs in the place of references to them and checks the result against the type. References to secrets stay.
 * @param outputsOf the outputs of a component that this one needs
 * @throws Failure `output-missing`, `inputs-invalid`
 */
export function resolveInputs(options: {
  readonly component: string;
  readonly type: ComponentType;
  readonly inputs: JsonObject;
  outputsOf(component: string): JsonObject | undefined;
}): JsonObject {
  const { component, type, outputsOf } = options;
  const resolved = substitute(options.inputs, (reference) =>
    "$output" in reference
      ? outputOf(outputsOf(reference.$output), reference.$output, reference.path, component)
      : undefined,
  );
  const parsed = type.inputs.safeParse(resolved);
  if (parsed.success && isObject(parsed.data)) return parsed.data as JsonObject;
  throw new Failure({
    code: "inputs-invalid",
    attempted: `check the inputs against the type ${type.name}`,
    subject: component,
    found: "the inputs are not what the type asks for",
    next: "Mend the application, resource or environment that makes this component.",
    details: parsed.success ? ["expected an object"] : issues(parsed.error),
  });
}

/**
 * Checks what a provider gave as outputs.
 * @throws Failure `outputs-invalid`
 */
export function checkOutputs(component: string, type: ComponentType, outputs: JsonObject): JsonObject {
  const parsed = type.outputs.safeParse(outputs);
  if (parsed.success && isObject(parsed.data)) return parsed.data as JsonObject;
  throw new Failure({
    code: "outputs-invalid",
    attempted: `check the outputs against the type ${type.name}`,
    subject: component,
    found: "the provider gave outputs that its type does not allow",
    next: "This is a defect of the provider: please report it.",
    details: parsed.success ? ["expected an object"] : issues(parsed.error),
  });
}
