import { as, line, type Line } from "./line.ts";

/** Says where the panel is, and how the first person gets in. */
export function panelLines({
  origin,
  setUpLink,
}: {
  readonly origin: string;
  readonly setUpLink: string | undefined;
}): readonly Line[] {
  const first = setUpLink === undefined ? [] : [line("Make the first account, once, at ", as("strong", setUpLink))];
  return [line("FediPanel is at ", as("strong", origin)), ...first];
}

/** Says by which link somebody gets in again. */
export function wayBackLines(email: string, link: string): readonly Line[] {
  return [
    line("A new password for ", as("strong", email), ", once, within 24 hours: ", as("strong", link)),
    line("It ends all their sessions and API tokens. It is not shown again."),
  ];
}
