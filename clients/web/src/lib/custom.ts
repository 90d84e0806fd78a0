import type { Proposal } from "./mentions";
import type { CustomEmoji, Id } from "./wire";

/** The emoji of a workspace by name: where the picture of each is. */
export type Customs = ReadonlyMap<string, string>;

/** Of a reaction or a text: `:name:` of an emoji of the workspace. */
export const NAMED = /^:([a-z0-9_+-]{1,64}):$/;

export function customsOf(workspace: Id, items: readonly CustomEmoji[]): Customs {
  return new Map(
    items.map(({ name, picture }) => [name, `/api/v1/workspaces/${workspace}/emoji/${picture}/picture`]),
  );
}

/** Where the picture of a reaction is, if it is one of the workspace and is still there. */
export function pictureOf(customs: Customs, emoji: string): string | undefined {
  const name = NAMED.exec(emoji)?.[1];
  return name === undefined ? undefined : customs.get(name);
}

const BEGUN = /(?:^|[\s([{"'])(:)([a-z0-9_+-]{1,64})$/;

/** The name of an emoji that is being written before the caret, without its colon; null if none is. */
export function emojiBefore(text: string, caret: number): string | null {
  return BEGUN.exec(text.slice(0, caret))?.[2] ?? null;
}

/** The emoji of the workspace with such a name; those that begin so come first. */
export function emojiProposals(begun: string, items: readonly CustomEmoji[]): Proposal[] {
  const late = ({ name }: CustomEmoji) => Number(!name.startsWith(begun));
  return items
    .filter(({ name }) => name.includes(begun))
    .sort((a, b) => late(a) - late(b) || a.name.localeCompare(b.name))
    .slice(0, 8)
    .map(({ name, alias_of }) => ({ name: `${name}:`, about: alias_of ? `as :${alias_of}:` : "" }));
}
