import type { Applications } from "./deployer.ts";

/** Text that nobody should write and everybody may: it has to arrive as it is. */
export const hostile = `-"quoted" 'x' \`id\` $(id) $HOME %n \\ -- #; \u200F<b>&amp;</b>`;

/** The same where an option takes several lines. */
export const hostileLines = `${hostile}\n\n\t- ${hostile}\n# ${hostile}`;

/** What the operator with all applications wants. */
export const everything: Applications = {
  mastodon: { title: "Mastodon of Ada", description: "For posts" },
  peertube: { title: "PeerTube of Ada" },
  pixelfed: { title: "Pixelfed of Ada" },
  snac: { title: "snac of Ada" },
};
