import { api } from "../../lib/api";
import { minutesOf, statusOf } from "../../lib/commands";
import type { Id, NotificationSettings, Room, User } from "../../lib/wire";
import type { Chat } from "../../stores/chat.svelte";
import { toasts } from "../../stores/toasts.svelte";
import { ui } from "../../stores/ui.svelte";

/** Where a command is run, and with what. */
export interface Where {
  chat: Chat;
  room: Room;
  thread: Id | null;
  args: string;
}

/** A command that the client does by itself; a refusal is thrown, in words. */
export interface BuiltIn {
  name: string;
  usage: string;
  about: string;
  can: Can;
  run: Run;
}

type Can = (chat: Chat, room: Room) => boolean;
type Run = (where: Where) => Promise<unknown> | void;

const named: Can = (_chat, room) => room.kind !== "direct";
const member: Can = (_chat, room) => room.member;
const posting: Can = (chat, room) => chat.rooms.can(room, "room.post");
const inviting: Can = (chat, room) => named(chat, room) && chat.rooms.can(room, "room.invite");
const leaving: Can = (chat, room) => named(chat, room) && room.member;
const asking: Can = (chat, room) => posting(chat, room) && room.kind !== "posts";
const managing: Can = (chat, room) => named(chat, room) && chat.rooms.can(room, "room.manage");
const always: Can = () => true;

const builtIn = (name: string, usage: string, about: string, run: Run, can = always): BuiltIn => ({
  ...{ name, usage, about, run, can },
});

/** Names have to be those that the server keeps from bots. */
export const BUILT_IN: readonly BuiltIn[] = [
  builtIn("dm", "@name", "Write to somebody alone", write),
  builtIn("dnd", "[30m | 2h | 1d | off]", "Pause notifications, for all to see", pause),
  builtIn("invite", "@name …", "Add people to this room", invite, inviting),
  builtIn("leave", "", "Leave this room", leave, leaving),
  builtIn("mute", "", "Be told of nothing in this room", mute(true), member),
  builtIn("poll", "[question]", "Ask everybody here", ask, asking),
  builtIn("search", "[words]", "Search messages", ({ args }) => ui.search(args)),
  builtIn("shrug", "[text]", "Say it with ¯\\_(ツ)_/¯", shrug, posting),
  builtIn("status", "[emoji] [text] | clear", "Show something beside your name", status),
  builtIn("topic", "text", "Change the topic of this room", topic, managing),
  builtIn("unmute", "", "Be told of this room again", mute(false), member),
];

/** Those that can be done here. */
export const builtIns = (chat: Chat, room: Room): BuiltIn[] => BUILT_IN.filter(({ can }) => can(chat, room));

function people(chat: Chat, args: string): User[] {
  const names = args.split(/[\s,]+/).filter(Boolean);
  if (names.length === 0) throw new Error("Say whom: a name with @.");
  const known = new Map([...chat.people.users.values()].map((user) => [user.username.toLowerCase(), user]));
  return names.map((name) => {
    const user = known.get(name.replace(/^@/, "").toLowerCase());
    if (!user || user.deactivated) throw new Error(`Nobody here is called ${name}.`);
    return user;
  });
}

async function write({ chat, args }: Where) {
  await chat.direct(people(chat, args));
}

function ask({ thread, room, args }: Where) {
  ui.polling = { place: thread ?? room.id, question: args };
}

async function invite({ chat, room, args }: Where) {
  const wanted = people(chat, args);
  for (const { id } of wanted) await api.put(`/rooms/${room.id}/members/${id}`);
  toasts.add(`${wanted.map(({ display_name }) => display_name).join(", ")}: now in this room.`);
}

async function leave({ chat, room }: Where) {
  await api.post(`/rooms/${room.id}/leave`);
  chat.expel(room.id);
}

async function topic({ chat, room, args }: Where) {
  if (!args) throw new Error("Say what the topic is.");
  const changed = await api.patch<Room>(`/rooms/${room.id}`, { topic: args });
  chat.rooms.change(room.id, { topic: changed.topic });
}

function mute(muted: boolean) {
  return async ({ room }: Where) => {
    const { rooms } = await api.get<NotificationSettings>("/notifications/settings");
    const level = rooms.find((each) => each.room === room.id)?.level ?? null;
    await api.put(`/rooms/${room.id}/notifications`, { level, muted });
    toasts.add(muted ? "This room is muted." : "This room is not muted any more.");
  };
}

async function pause({ args }: Where) {
  if (!args) return ui.show("status");
  const minutes = minutesOf(args);
  if (minutes === null && args.toLowerCase() !== "off")
    throw new Error("Say for how long, such as 30m or 2h, or off.");
  const until = minutes === null ? null : new Date(Date.now() + minutes * 60_000).toISOString();
  await api.patch("/notifications/settings", { until });
  toasts.add(until ? "Notifications are paused." : "You are notified again.");
}

async function status({ args }: Where) {
  if (!args) return ui.show("status");
  if (args.toLowerCase() === "clear") await api.delete("/users/me/status");
  else await api.put("/users/me/status", statusOf(args));
}

function shrug({ chat, room, thread, args }: Where) {
  // As it has to be written to be seen: a backslash and underscores mean something in texts.
  chat.outbox.add(room.id, `${args} ¯\\\\\\_(ツ)\\_/¯`.trim(), thread);
}
