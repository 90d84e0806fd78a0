import type { Entry, Id, Permission, Principal } from "../../lib/wire";

/** A workspace, a category or a room, as the API calls them. */
export interface Node {
  kind: "workspaces" | "categories" | "rooms";
  id: Id;
  label: string;
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

/** What an entry on such a node can be about; on a workspace that is everything. */
export function useful(kind: Node["kind"], all: string[]): string[] {
  if (kind === "workspaces") return all;
  return kind === "categories" ? IN_CATEGORIES : IN_ROOMS;
}

export function drafted(entry: Entry): Draft {
  const whom = entry.principal_id ? `${entry.principal}:${entry.principal_id}` : entry.principal;
  return { key: entry.id, allow: entry.allow, whom, permissions: [...entry.permissions] };
}

export function newDraft(): Draft {
  return { key: crypto.randomUUID(), allow: true, whom: "members", permissions: [] };
}

/** Entries as they are sent. */
export function sent(drafts: Draft[]) {
  return drafts.map(({ allow, whom, permissions }) => {
    const [principal, id] = whom.split(":") as [Principal, string | undefined];
    return { allow, principal, ...(id ? { principal_id: id } : {}), permissions };
  });
}
