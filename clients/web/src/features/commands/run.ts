import { sentence } from "../../lib/api";
import type { Proposal } from "../../lib/mentions";
import type { Id, Room } from "../../lib/wire";
import type { Chat } from "../../stores/chat.svelte";
import { toasts } from "../../stores/toasts.svelte";
import { BUILT_IN, type Where, builtIns } from "./builtin";

/** The commands of a room whose names begin so: those of the client that one may do here, and those of bots. */
export function commandProposals(begun: string, chat: Chat, room: Room): Proposal[] {
  const bots = chat.rooms.can(room, "room.post") ? chat.own.commands.in(room.id) : [];
  return [
    ...builtIns(chat, room).map(({ name, usage, about }) => ({ name, usage, about })),
    ...bots.map(({ name, usage, description, bot }) => ({ name, usage, about: description, user: bot })),
  ]
    .filter(({ name }) => name.startsWith(begun))
    .sort((a, b) => a.name.localeCompare(b.name));
}

const running = new Set<Id>();

/** Runs a command; whether it was done. What is refused is told in words; pressed twice, it runs once. */
export async function runCommand(name: string, where: Where, carries: boolean): Promise<boolean> {
  const { chat, room, thread, args } = where;
  const place = thread ?? room.id;
  if (running.has(place)) return false;
  running.add(place);
  try {
    if (carries) throw new Error("A command takes no files and no quote.");
    const builtIn = BUILT_IN.find((each) => each.name === name);
    if (!builtIn) await chat.own.commands.run(room.id, thread, name, args);
    else if (builtIns(chat, room).includes(builtIn)) await builtIn.run(where);
    else throw new Error(`You may not use /${name} here: ask who looks after this room.`);
    return true;
  } catch (error) {
    const unknown = (error as { code?: string }).code === "unknown_command";
    toasts.add(sentence(error) + (unknown ? ". To send this as text, begin with //" : ""));
    return false;
  } finally {
    running.delete(place);
  }
}
