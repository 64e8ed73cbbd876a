import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applications } from "../../catalogue/config.ts";
import type { Json, JsonObject } from "../../model/json.ts";
import { fieldName, optionFields, shownValue, writtenOptions, type OptionField } from "./option-fields.ts";

/** Random values of a field, of which the schema takes some. */
function valueOf(field: OptionField): fc.Arbitrary<Json> {
  switch (field.kind) {
    case "switch":
      return fc.boolean();
    case "number":
      return fc.integer({ min: field.min ?? -10, max: field.max ?? 10 });
    case "choice":
      return fc.constantFrom(...field.values);
    case "list":
      return fc.uniqueArray(fc.constantFrom("en", "de", "pt-BR", "nds"));
    case "paragraph":
      return fc.array(fc.oneof(fc.string({ unit: "grapheme" }), fc.constant("\n\t"))).map((parts) => parts.join(""));
    case "line":
      return fc.oneof(
        fc.constantFrom(
          "",
          "social.example.org",
          "'; drop table run; --",
          "<script>",
          "${x}",
          "$(id)",
          "{{x}}",
          "true",
        ),
        fc.string({ unit: "grapheme" }),
      );
  }
}

for (const application of applications) {
  const fields = optionFields(application);
  const options = fc
    .record(Object.fromEntries(fields.map((field) => [field.name, valueOf(field)])), { requiredKeys: [] })
    .map((some) => some as JsonObject)
    .filter((some) => application.options.safeParse(some).success);

  void test(`${application.name}: every option has a control that shows its default`, () => {
    assert.deepEqual(
      fields.map(({ name }) => name),
      Object.keys(application.options.shape),
    );
    const defaults = application.options.parse({}) as JsonObject;
    const form = Object.fromEntries(
      fields.map((field) => [fieldName(application.name, field.name), shownValue(field, undefined)]),
    );
    assert.deepEqual(writtenOptions(application, form), {});
    for (const field of fields) assert.equal(shownValue(field, defaults[field.name]), shownValue(field, undefined));
  });

  void test(`${application.name}: what a form shows is what it writes, whatever is in it`, () => {
    fc.assert(
      fc.property(options, fc.boolean(), (given, browser) => {
        const form = Object.fromEntries(
          fields.map((field) => {
            const shown = shownValue(field, given[field.name]);
            // Browsers send the line breaks of texts of several lines as CR LF.
            const sent = browser && field.kind === "paragraph" ? shown.replaceAll("\n", "\r\n") : shown;
            return [fieldName(application.name, field.name), sent];
          }),
        );
        const written = writtenOptions(application, form);
        assert.deepEqual(application.options.parse(written), application.options.parse(given));
        for (const field of fields)
          assert.equal(shownValue(field, written[field.name]), shownValue(field, given[field.name]));
      }),
      { numRuns: 200 },
    );
  });

  void test(`${application.name}: nothing of a form is taken but its own fields`, () => {
    const foreign = { [fieldName("another", "title")]: "x", [fieldName(application.name, "enable")]: "x", title: "x" };
    // A switch that is off is not sent at all.
    const switches = fields.filter(({ kind }) => kind === "switch");
    const form = switches.map(
      (field) => [fieldName(application.name, field.name), shownValue(field, undefined)] as const,
    );
    assert.deepEqual(writtenOptions(application, { ...foreign, ...Object.fromEntries(form) }), {});
  });
}
