const plain = (text: string): string => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** How well `text` answers `wanted`: its beginning, a word's beginning, anywhere, or not at all (0). */
function rank(text: string, wanted: string): number {
  const at = plain(text).indexOf(wanted);
  if (at < 0) return 0;
  if (at === 0) return 3;
  return /[\s@._-]/.test(plain(text)[at - 1]!) ? 2 : 1;
}

/** What answers `wanted`, the best first; among equals the heavier, then by name. */
export function search<T>(
  choices: readonly T[],
  wanted: string,
  texts: (choice: T) => string[],
  weight: (choice: T) => number,
): T[] {
  const needle = plain(wanted.trim());
  return choices
    .map((choice) => ({ choice, rank: Math.max(...texts(choice).map((text) => rank(text, needle))) }))
    .filter((found) => found.rank > 0)
    .sort(
      (a, b) =>
        b.rank - a.rank ||
        weight(b.choice) - weight(a.choice) ||
        texts(a.choice)[0]!.localeCompare(texts(b.choice)[0]!),
    )
    .map((found) => found.choice);
}
