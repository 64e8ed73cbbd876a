import { displayWidth } from "../rendering/display-width.ts";
import { fit, plain, type Line } from "../rendering/line.ts";
import { painted, type Paint } from "../rendering/paint.ts";

/** A terminal as far as a live view needs it. */
export interface Screen {
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

/** Lines on a terminal that are drawn anew while something goes on. */
export interface LiveView {
  /** Ends it: the last lines stay, or nothing does. */
  end(last: "stay" | "vanish"): void;
}

/** Milliseconds between two drawings: at most ten a second. */
const pause = 100;
const escape = "\u001B[";
const hideCursor = `${escape}?25l`;
const showCursor = `${escape}?25h`;
// Terminals that know synchronized output show a drawing at once, others ignore it.
const beginDrawing = `${escape}?2026h`;
const endDrawing = `${escape}?2026l`;

/** Rows that lines take on a terminal that may have become narrower since. */
function rowsOf(widths: readonly number[], columns: number): number {
  return widths.reduce((sum, width) => sum + Math.max(1, Math.ceil(width / Math.max(1, columns))), 0);
}

/**
 * Begins to draw. The caller ends it before anything else is written.
 * @param lines gives what to draw now, for so many rows; without rows, all of it
 */
export function startLiveView(screen: Screen, paint: Paint, lines: (rows?: number) => readonly Line[]): LiveView {
  let before: readonly number[] = [];
  let ended = false;

  const draw = (content: readonly Line[]): void => {
    const up = rowsOf(before, screen.columns);
    // A line that ends in the last column makes some terminals wrap, so one column stays free.
    const fitted = content.map((spans) => fit(spans, screen.columns - 1));
    const text = fitted.map((spans) => `${painted(spans, paint)}${escape}K\n`).join("");
    before = fitted.map((spans) => displayWidth(plain(spans)));
    screen.write(`${beginDrawing}${up === 0 ? "" : `${escape}${String(up)}A`}\r${escape}J${text}${endDrawing}`);
  };
  // While it runs, time passes on the screen: there is always something new.
  const redraw = (): void => draw(lines(Math.max(3, screen.rows - 1)));
  const timer = setInterval(redraw, pause);
  const restore = (): void => {
    screen.write(showCursor);
  };
  screen.write(hideCursor);
  screen.on("resize", redraw);
  process.on("exit", restore);
  redraw();
  return {
    end(last) {
      if (ended) return;
      ended = true;
      clearInterval(timer);
      screen.off("resize", redraw);
      process.off("exit", restore);
      draw(last === "stay" ? lines() : []);
      restore();
    },
  };
}
