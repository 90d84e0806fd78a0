import type { Marks } from "./markdown";
import type { Id, Mention, User } from "./wire";

/** Who the reader is: by id, and by the name of their role in the workspace. */
export interface Self {
  id: Id;
  role?: string | undefined;
}

/** What is proposed while a name is written. */
export interface Proposal {
  name: string;
  about: string;
  user?: User;
  /** What is written after the name of a command. */
  usage?: string;
}

const MOST = 8;
const BEGUN = /(?:^|[\s([{"'*_~])@([\p{L}\p{N}_][\p{L}\p{N}_.-]*|)$/u;

/** Whether somebody is meant by a mention. */
export function concerns({ kind, id, name }: Mention, self: Self): boolean {
  if (kind === "user") return id === self.id;
  return kind === "role" ? name === self.role : true;
}

/** The names in a text that are mentions, as they are written there. */
export function marksOf(mentions: readonly Mention[], self: Self): Marks {
  return new Map(
    mentions.map((each) => [each.name.toLowerCase().trim().replace(/\s+/g, "-"), concerns(each, self)]),
  );
}

/** The name that is being written before the caret, without its @; null if none is. */
export function begunBefore(text: string, caret: number): string | null {
  return BEGUN.exec(text.slice(0, caret))?.[1] ?? null;
}

/** People, and with `many` all of the room, whose names begin so; those named like it come first. */
export function proposals(begun: string, people: Iterable<User>, many: boolean): Proposal[] {
  const wanted = begun.toLowerCase();
  const fits = (name: string) => name.toLowerCase().startsWith(wanted);
  const users = [...people]
    .filter(({ username, display_name, deactivated }) =>
      username && !deactivated ? fits(username) || display_name.split(" ").some(fits) : false,
    )
    .sort(
      (a, b) => Number(fits(b.username)) - Number(fits(a.username)) || a.username.localeCompare(b.username),
    )
    .map((user) => ({ name: user.username, about: user.display_name, user }));
  const groups = [
    { name: "room", about: "everybody in this room" },
    { name: "here", about: "everybody who is here" },
  ].filter(({ name }) => many && fits(name));
  return [...users.slice(0, MOST - groups.length), ...groups];
}
