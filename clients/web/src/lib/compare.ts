/** A line of two texts: in both, only in the one before, or only in the one after. */
export type Compared = { kind: "same" | "gone" | "new"; text: string };

const CELLS = 1_000_000; // of the table of two texts; beyond that what differs is shown as a whole

/** What became of a text, line by line. */
export function compare(before: string, after: string): Compared[] {
  const old = before.split("\n");
  const now = after.split("\n");
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (
    end < Math.min(old.length, now.length) - start &&
    old[old.length - 1 - end] === now[now.length - 1 - end]
  )
    end += 1;
  const same = (lines: string[]): Compared[] => lines.map((text) => ({ kind: "same", text }));
  return [
    ...same(old.slice(0, start)),
    ...between(old.slice(start, old.length - end), now.slice(start, now.length - end)),
    ...same(old.slice(old.length - end)),
  ];
}

function between(old: string[], now: string[]): Compared[] {
  const width = now.length + 1;
  const common = old.length * now.length <= CELLS ? longest(old, now) : null;
  const found: Compared[] = [];
  let a = 0;
  let b = 0;
  while (a < old.length || b < now.length) {
    if (common && a < old.length && b < now.length && old[a] === now[b]) {
      found.push({ kind: "same", text: old[a]! });
      a += 1;
      b += 1;
    } else if (
      a < old.length &&
      (b === now.length || !common || common[(a + 1) * width + b]! >= common[a * width + b + 1]!)
    ) {
      found.push({ kind: "gone", text: old[a]! });
      a += 1;
    } else {
      found.push({ kind: "new", text: now[b]! });
      b += 1;
    }
  }
  return found;
}

/** How many lines two texts have in common from each pair of lines on. */
function longest(old: string[], now: string[]): Uint32Array {
  const width = now.length + 1;
  const table = new Uint32Array((old.length + 1) * width);
  for (let a = old.length - 1; a >= 0; a -= 1)
    for (let b = now.length - 1; b >= 0; b -= 1)
      table[a * width + b] =
        old[a] === now[b]
          ? table[(a + 1) * width + b + 1]! + 1
          : Math.max(table[(a + 1) * width + b]!, table[a * width + b + 1]!);
  return table;
}
