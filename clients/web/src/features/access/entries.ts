import type { Entry, Id, Permission, Principal, Room } from "../../lib/wire";
import type { Chat } from "../../stores/chat.svelte";
import { EVERYBODY } from "./permissions";

/** A workspace, a category, a room or a thread, as the API calls them. */
export interface Node {
  kind: "workspaces" | "categories" | "rooms" | "messages";
  id: Id;
  label: string;
}

/** A thread, its room and what lies above them; without a room, all that is above rooms, from the top. */
export function nodesOf(chat: Chat, room?: Room, thread?: Id): Node[] {
  const found: Node[] = thread ? [{ kind: "messages", id: thread, label: "This thread" }] : [];
  // Who manages a thread alone sees nothing of what lies above it.
  if (room && !chat.rooms.can(room, "access.manage")) return found;
  if (room) found.push({ kind: "rooms", id: room.id, label: thread ? "Its room" : "This room" });
  for (const { id, name } of chat.categories)
    if (!room || room.category === id) found.push({ kind: "categories", id, label: `The category ${name}` });
  found.push({ kind: "workspaces", id: chat.workspace!.id, label: "The workspace" });
  return room ? found : found.reverse();
}

/** An entry while it is edited. `whom` is a principal, or `role:ID` or `user:ID`. */
export interface Draft {
  key: string;
  allow: boolean;
  whom: string;
  permissions: string[];
}

const IN_ROOMS: Permission[] = [
  "room.read",
  "room.join",
  "room.post",
  "room.invite",
  "room.manage",
  "messages.moderate",
  "members.moderate",
  "access.manage",
];
const IN_CATEGORIES: Permission[] = [...IN_ROOMS, "rooms.create", "categories.manage"];

/** Whoever reads a room reads its threads. */
const IN_THREADS: Permission[] = ["room.post", "messages.moderate", "access.manage"];

/** What an entry on such a node can be about; on a workspace that is everything. */
export function useful(kind: Node["kind"], all: string[]): string[] {
  return { workspaces: all, categories: IN_CATEGORIES, rooms: IN_ROOMS, messages: IN_THREADS }[kind];
}

export function drafted(entry: Entry): Draft {
  const whom = entry.principal_id ? `${entry.principal}:${entry.principal_id}` : entry.principal;
  return { key: entry.id, allow: entry.allow, whom, permissions: [...entry.permissions] };
}

export function newDraft(): Draft {
  return { key: crypto.randomUUID(), allow: true, whom: "members", permissions: [] };
}

/** The same with answers closed; those who are named before may answer all the same. */
export function closed(drafts: Draft[]): Draft[] {
  const at = drafts.findIndex(
    ({ whom, permissions }) => whom in EVERYBODY && permissions.includes("room.post"),
  );
  const named = at < 0 ? drafts : drafts.slice(0, at);
  const closing = { ...newDraft(), allow: false, whom: "authenticated", permissions: ["room.post"] };
  return [...named, closing, ...drafts.slice(named.length)];
}

/** The same without what closes answers to everybody. */
export function opened(drafts: Draft[]): Draft[] {
  const left = ({ allow, whom, permissions }: Draft) =>
    allow || !(whom in EVERYBODY) ? permissions : permissions.filter((each) => each !== "room.post");
  return drafts
    .map((draft) => ({ ...draft, permissions: left(draft) }))
    .filter((draft) => draft.permissions.length);
}

/** Entries as they are sent. */
export function sent(drafts: Draft[]) {
  return drafts.map(({ allow, whom, permissions }) => {
    const [principal, id] = whom.split(":") as [Principal, string | undefined];
    return { allow, principal, ...(id ? { principal_id: id } : {}), permissions };
  });
}
