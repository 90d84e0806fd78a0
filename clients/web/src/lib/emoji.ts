import { keep, recall } from "./storage";

export interface Emoji {
  emoji: string;
  name: string;
  toned: boolean;
  /** Its name as it is sought: each word behind a space. */
  words: string;
}
export interface EmojiGroup {
  name: string;
  emoji: Emoji[];
}

export const TONES = ["", "🏻", "🏼", "🏽", "🏾", "🏿"] as const;
const RECENT = 16;
const USUAL = ["👍", "❤️", "😂", "🎉", "👀", "🙏", "✅", "🚀"];

let known: Promise<EmojiGroup[]> | undefined;

/** All emoji by group; they are loaded when somebody first wants to pick one. */
export function allEmoji(): Promise<EmojiGroup[]> {
  known ??= import("./emoji.generated").then(({ GROUPS }) =>
    GROUPS.map(([name, list]) => ({ name, emoji: list.split("|").map(read) })),
  );
  return known;
}

function read(entry: string): Emoji {
  const space = entry.indexOf(" ");
  const toned = entry.startsWith("+");
  const name = entry.slice(space + 1);
  const words = ` ${name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, " ")}`;
  return { emoji: entry.slice(toned ? 1 : 0, space), name, toned, words };
}

/** Those whose name has a word that begins with each word that is sought. */
export function findEmoji(groups: readonly EmojiGroup[], sought: string): Emoji[] {
  const wanted = sought.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ emoji, words }: Emoji) =>
    emoji === sought.trim() || wanted.every((word) => words.includes(` ${word}`));
  return groups.flatMap((group) => group.emoji.filter(fits));
}

/** The emoji with a skin tone, if there is one with it. */
export function withTone({ emoji, toned }: Emoji, tone: string): string {
  if (!tone || !toned) return emoji;
  const [first, ...rest] = [...emoji];
  return first + tone + rest.join("").replace(/^\uFE0F/u, "");
}

/** What was picked last here, and what many pick. */
export function recentEmoji(): string[] {
  const recent = recall<string[]>("emoji.recent", []);
  return [...new Set([...recent, ...USUAL])].slice(0, RECENT);
}

export function pickedEmoji(emoji: string): void {
  keep(
    "emoji.recent",
    [emoji, ...recall<string[]>("emoji.recent", []).filter((other) => other !== emoji)].slice(0, RECENT),
  );
}
