import type { Attachment, Id, Quote } from "./wire";

/** A message on its way. Its `cid` never changes, so that the server stores it once however often it is sent. */
export interface Outgoing {
  cid: Id;
  room: Id;
  text: string;
  thread: Id | null;
  attachments?: Attachment[];
  quote?: Quote;
  at: number;
  /** `held`: the server has it, and a moderator looks at it first. */
  state: "waiting" | "sending" | "sent" | "held" | "failed";
  /** The message that it became, once acknowledged; or the one that is held. */
  id?: Id;
  error: string | null;
}

/** The next message to send of each room and thread that has none under way: order is kept inside a room. */
export function sendable(entries: readonly Outgoing[], limit = 8): Outgoing[] {
  const busy = new Set(entries.filter((entry) => entry.state === "sending").map((entry) => entry.room));
  const ready: Outgoing[] = [];
  for (const entry of entries) {
    if (entry.state !== "waiting" || busy.has(entry.room)) continue;
    busy.add(entry.room);
    ready.push(entry);
  }
  return ready.slice(0, Math.max(0, limit - entries.filter((entry) => entry.state === "sending").length));
}

/** What a stored outbox becomes after a reload: nothing is under way any more, and the order is kept. */
export function revive(stored: readonly Outgoing[]): Outgoing[] {
  return stored
    .filter(
      (entry) => typeof entry.cid === "string" && typeof entry.text === "string" && entry.state !== "sent",
    )
    .map((entry) => (entry.state === "sending" ? { ...entry, state: "waiting" } : entry));
}

/** A sentence for each reason why the server refused a message. */
export function reason(code: string): string {
  switch (code) {
    case "forbidden":
      return "You may not write in this room.";
    case "thread_closed":
      return "This thread is closed for replies.";
    case "not_found":
      return "This room is no longer there for you.";
    case "too_large":
    case "invalid":
      return "The server did not accept this message.";
    case "conflict":
      return "Another message was sent under the same number.";
    case "banned":
      return "You are banned here.";
    case "rejected":
      return "A moderator did not let this through.";
    case "storage_full":
      return "The server has no space left.";
    default:
      return "The message was not sent.";
  }
}
