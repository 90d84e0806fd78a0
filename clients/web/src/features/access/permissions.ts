import type { Permission, Principal } from "../../lib/wire";

const WORDS: Record<Permission, string> = {
  "workspace.read": "Know the workspace",
  "workspace.manage": "Rename the workspace",
  "access.manage": "Change roles and access",
  "audit.read": "Read the audit log",
  "members.invite": "Invite people",
  "members.manage": "Change and remove members",
  "members.moderate": "Mute, kick and ban",
  "categories.manage": "Make categories",
  "rooms.create": "Create rooms",
  "direct.create": "Write to people directly",
  "room.read": "Read rooms",
  "room.join": "Join rooms",
  "room.post": "Post in rooms",
  "room.react": "React to messages",
  "room.pin": "Pin messages",
  "room.mention": "Mention roles and whole rooms",
  "emoji.manage": "Add emoji",
  "room.invite": "Add people to rooms",
  "room.manage": "Manage rooms",
  "posts.write": "Write posts",
  "posts.edit": "Edit the posts of others",
  "messages.moderate": "Delete what others wrote",
  "retention.manage": "Decide how long messages are kept",
};

const IN_THREADS: Partial<Record<Permission, string>> = {
  "room.read": "Read the thread",
  "room.post": "Reply",
  "messages.moderate": "Delete what others replied",
  "access.manage": "Change access",
};

/** What a permission lets one do there; one that this client does not know says its name. */
export function inWords(permission: string, kind?: string): string {
  const words: Partial<Record<string, string>> = kind === "messages" ? { ...WORDS, ...IN_THREADS } : WORDS;
  return words[permission] ?? permission;
}

/** Whom an entry is about, where it names nobody. */
export const EVERYBODY: Partial<Record<Principal, string>> = {
  members: "its members",
  authenticated: "everybody signed in",
  everyone: "everyone",
};
