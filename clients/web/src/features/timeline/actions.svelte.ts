import { api, sentence } from "../../lib/api";
import { copy } from "../../lib/clipboard";
import type { Id, Message, Room, Unread } from "../../lib/wire";
import type { Chat } from "../../stores/chat.svelte";
import { roomPath } from "../../stores/route.svelte";
import { toasts } from "../../stores/toasts.svelte";
import { ui } from "../../stores/ui.svelte";
import type { IconName } from "../../ui/Icon.svelte";
import { pin } from "../pins/pin";

export interface Action {
  key: string;
  label: string;
  icon: IconName;
  act: () => void;
}

async function copyLink(message: Message): Promise<void> {
  const link = new URL(roomPath(message.room, message.id), location.origin).href;
  toasts.add((await copy(link)) ? "The link was copied." : "The browser did not let us copy the link.");
}

/** The next message that is written at a place quotes this one. */
function quoteAt(chat: Chat, place: Id, message: Message): void {
  chat.own.quoting = { place, message };
  document.getElementById(place === message.room ? "composer" : "thread-composer")?.focus();
}

/** From this message on it is unread again, in its room or its thread, until the person comes back to it. */
async function markUnread(chat: Chat, message: Message): Promise<void> {
  try {
    if (message.thread) {
      chat.pages.thread?.hold();
      await chat.threads.markUnread(message);
    } else {
      chat.reading.hold(message.room);
      // What was read a moment ago may not have been told yet.
      const read = chat.rooms.get(message.room)?.read_seq ?? 0;
      await api.put(`/rooms/${message.room}/read`, { seq: read });
      chat.rooms.tell([await api.put<Unread>(`/rooms/${message.room}/unread`, { seq: message.seq })]);
      const timeline = chat.pages.timelines.get(message.room);
      if (timeline) timeline.divider = message.seq - 1;
    }
  } catch (error) {
    toasts.add(sentence(error));
  }
}

/** What the person may do with a message, each with its key. */
export function actionsOf(
  chat: Chat,
  room: Room,
  message: Message,
  threaded: boolean,
  on: { react: () => void; edit: () => void; remove: () => void },
): Action[] {
  if (message.deleted) return [];
  const mine = message.sender.id === chat.me.id;
  const actions: Action[] = [];
  if (chat.rooms.can(room, "room.react"))
    actions.push({ key: "a", label: "Add a reaction", icon: "smile", act: on.react });
  if (!threaded && room.member) {
    actions.push({
      key: "r",
      label: "Reply in thread",
      icon: "reply",
      act: () => chat.pages.openThread(message),
    });
  }
  if (chat.rooms.can(room, "room.pin"))
    actions.push({
      key: "p",
      label: message.pinned ? "Unpin" : "Pin",
      icon: "pin",
      act: () => void pin(message, message.pinned),
    });
  const saved = chat.own.saved.has(message.id);
  actions.push({
    key: "s",
    label: saved ? "Remove from saved" : "Save for later",
    icon: "bookmark",
    act: () => void chat.own.save(message.id),
  });
  if (room.member) {
    const place = threaded ? (message.thread ?? message.id) : room.id;
    actions.push({ key: "q", label: "Quote", icon: "quote", act: () => quoteAt(chat, place, message) });
  }
  actions.push({ key: "w", label: "Forward", icon: "forward", act: () => (ui.forwarded = message) });
  if (room.member)
    actions.push({ key: "u", label: "Mark unread", icon: "mark", act: () => void markUnread(chat, message) });
  if (mine && !message.post) actions.push({ key: "e", label: "Edit", icon: "edit", act: on.edit });
  actions.push({ key: "c", label: "Copy link", icon: "link", act: () => void copyLink(message) });
  if (!mine) {
    actions.push({
      key: "f",
      label: "Report",
      icon: "flag",
      act: () => (ui.reported = { message, user: message.sender }),
    });
  }
  const moderates = chat.rooms.can(room, "messages.moderate");
  const thread = chat.pages.thread?.root === message.thread ? chat.pages.thread : null;
  if (mine || (thread?.may("messages.moderate", moderates) ?? moderates)) {
    actions.push({ key: "delete", label: "Delete", icon: "trash", act: on.remove });
  }
  return actions;
}
