/**
 * Gives the word that someone who wrote `word` most likely meant, or undefined when none is near enough.
 *
 * Nearness is the number of single-character insertions, deletions, replacements and swaps of neighbours between the
 * two, without regard to upper and lower case; a third of the longer word's length (at least one, at most three) is
 * still near. Of equally near words the first in code unit order wins, so the order of `words` does not matter.
 */
export function nearest(word: string, words: Iterable<string>): string | undefined {
  const wanted = [...word.toLowerCase()];
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of words) {
    const given = [...candidate.toLowerCase()];
    const allowed = Math.min(3, Math.max(1, Math.floor(Math.max(wanted.length, given.length) / 3)));
    const limit = Math.min(allowed, best?.distance ?? allowed);
    const distance = distanceWithin(wanted, given, limit);
    if (distance === undefined || distance >= Math.max(wanted.length, given.length)) continue;
    if (best === undefined || distance < best.distance || (distance === best.distance && candidate < best.word)) {
      best = { word: candidate, distance };
    }
  }
  return best?.word;
}

/** The distance of two words when it is at most `limit`, by the rows of the optimal string alignment table. */
function distanceWithin(a: readonly string[], b: readonly string[], limit: number): number | undefined {
  if (Math.abs(a.length - b.length) > limit) return undefined;
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    let smallest = row;
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(at(above, column) + 1, at(current, column - 1) + 1, at(above, column - 1) + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) cost = Math.min(cost, at(before, column - 2) + 1);
      current.push(cost);
      smallest = Math.min(smallest, cost);
    }
    // A swap reaches back two rows, so only two hopeless rows end the search.
    if (smallest > limit && Math.min(...above) > limit) return undefined;
    before = above;
    above = current;
  }
  const distance = at(above, b.length);
  return distance <= limit ? distance : undefined;
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
