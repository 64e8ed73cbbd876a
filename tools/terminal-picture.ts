// Draws what a terminal shows as SVG: standard input is its text with colours (for example from `tmux capture-pane -ep`).
import { readFileSync } from "node:fs";

interface Style {
  readonly colour: string;
  readonly bold: boolean;
  readonly dim: boolean;
}

const plain: Style = { colour: "#d8dee9", bold: false, dim: false };

/** The eight colours of ECMA-48 (SGR 30 to 37), and their bright forms (90 to 97). */
const colours = ["#3b4252", "#e06c75", "#98c379", "#e5c07b", "#61afef", "#c678dd", "#56b6c2", "#d8dee9"];

function after(style: Style, code: number): Style {
  if (code === 0) return plain;
  if (code === 1) return { ...style, bold: true };
  if (code === 2) return { ...style, dim: true };
  if (code === 22) return { ...style, bold: false, dim: false };
  if (code === 39) return { ...style, colour: plain.colour };
  const colour = colours[code >= 90 ? code - 90 : code - 30];
  return colour === undefined ? style : { ...style, colour };
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function drawLine(line: string, y: number): string {
  let style = plain;
  // An escape character is what begins a colour.
  const parts = line.split(/\u001B\[([0-9;]*)m/);
  const spans = parts.map((part, index) => {
    if (index % 2 === 0) {
      if (part === "") return "";
      const weight = style.bold ? ' font-weight="bold"' : "";
      return `<tspan fill="${style.colour}"${weight}${style.dim ? ' opacity="0.6"' : ""}>${escaped(part)}</tspan>`;
    }
    for (const code of part.split(";")) style = after(style, Number(code));
    return "";
  });
  return `<text x="16" y="${String(y)}" xml:space="preserve">${spans.join("")}</text>`;
}

const lines = readFileSync(0, "utf8").trimEnd().split("\n");
const visible = lines.map((line) => line.replaceAll(/\u001B\[[0-9;]*m/g, "").length);
const width = Math.max(...visible) * 8.43 + 32;
const height = lines.length * 19 + 28;
process.stdout.write(
  `<svg xmlns="http://www.w3.org/2000/svg" width="${width.toFixed(0)}" height="${String(height)}" role="img">\n` +
    `<title>What the terminal shows</title>\n<rect width="100%" height="100%" rx="8" fill="#1e222a"/>\n` +
    `<g font-family="ui-monospace, DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14">\n` +
    `${lines.map((line, index) => drawLine(line, 30 + index * 19)).join("\n")}\n</g>\n</svg>\n`,
);
