import type {
  Attachment,
  Id,
  Mention,
  Message,
  PollShown,
  PostShown,
  Quote,
  Reaction,
  RoomEvent,
  Time,
  User,
} from "./wire";

/** Somebody came or went: a line of the timeline that is not a message. */
export interface SystemLine {
  id: Id;
  seq: number;
  ts: Time;
  type: "member.joined" | "member.left" | "room.updated" | "pin.added";
  user: Id | null;
  text: string;
}

export type Lookup = (id: Id) => User;

/** Joins two lists by id, ascending by seq; the newer copy of a message wins. */
export function join(have: readonly Message[], more: readonly Message[]): Message[] {
  const byId = new Map(have.map((message) => [message.id, message]));
  for (const message of more) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** The message that a `message.created` event tells of. */
export function messageOf(event: RoomEvent, lookup: Lookup): Message {
  const body = event.body as {
    text: string;
    thread?: Id | null;
    deleted?: boolean;
    attachments?: Attachment[];
    mentions?: Mention[];
    post?: PostShown;
    poll?: PollShown;
    quote?: Quote;
  };
  return {
    id: event.id,
    room: event.room,
    seq: event.seq,
    sender: lookup(event.sender ?? ""),
    text: body.text,
    ts: event.ts,
    edited_at: null,
    deleted: body.deleted === true,
    thread: body.thread ?? null,
    reply_count: 0,
    attachments: body.attachments ?? [],
    previews: [],
    reactions: [],
    mentions: body.mentions ?? [],
    pinned: false,
    replies: null,
    post: body.post ?? null,
    poll: body.poll ?? null,
    quote: body.quote ?? null,
  };
}

/** What a later event changes in a message that is there already. */
export function change(message: Message, event: RoomEvent): Message {
  const body = event.body as { text?: string; edited_at?: Time } & Partial<Message>;
  switch (event.type) {
    case "message.updated":
      return message.deleted
        ? message
        : {
            ...message,
            text: body.text ?? "",
            edited_at: body.edited_at ?? event.ts,
            mentions: body.mentions ?? [],
            // A post that was taken back shows no files either.
            ...(body.post ? { post: body.post, attachments: body.attachments ?? [] } : {}),
          };
    case "message.deleted":
      return {
        ...message,
        text: "",
        deleted: true,
        attachments: [],
        previews: [],
        reactions: [],
        mentions: [],
        pinned: false,
        post: null,
        poll: null,
        quote: null,
      };
    case "quote.emptied":
      return message.deleted ? message : { ...message, quote: body.quote ?? null };
    case "attachments.updated":
      return message.deleted ? message : { ...message, attachments: body.attachments ?? [] };
    case "previews.updated":
      return message.deleted ? message : { ...message, previews: body.previews ?? [] };
    case "pin.added":
    case "pin.removed":
      return { ...message, pinned: event.type === "pin.added" && !message.deleted };
    case "reaction.added":
    case "reaction.removed":
      return body.deleted
        ? message
        : { ...message, reactions: reacted(message.reactions, event.body as unknown as Reaction) };
    case "poll.voted":
    case "poll.closed":
      return message.poll && !body.deleted
        ? { ...message, poll: polled(message.poll, event.body as unknown as PollNews) }
        : message;
    case "thread.updated":
      return {
        ...message,
        reply_count: body.reply_count ?? message.reply_count,
        // Said only where it has changed, and null is an answer too.
        replies: body.replies === undefined ? message.replies : body.replies,
      };
    default:
      return message;
  }
}

type PollNews = { votes: number[]; voters: number; closed_at: Time | null };

/** A poll with the numbers that an event tells. */
function polled(poll: PollShown, { votes, voters, closed_at }: PollNews): PollShown {
  const options = poll.options.map(({ text }, number) => ({ text, votes: votes[number] ?? 0 }));
  return { ...poll, options, voters, closed_at };
}

/** How an emoji stands now, in its place; one that is new is the last. */
function reacted(reactions: readonly Reaction[], { emoji, count, users }: Reaction): Reaction[] {
  const now = { emoji, count, users };
  if (count === 0) return reactions.filter((other) => other.emoji !== emoji);
  const known = reactions.some((other) => other.emoji === emoji);
  return known ? reactions.map((other) => (other.emoji === emoji ? now : other)) : [...reactions, now];
}

/**
 * Applies events to a list of messages. `belongs` says which new messages are part of the list;
 * an event about a message outside it changes nothing.
 */
export function apply(
  messages: readonly Message[],
  events: readonly RoomEvent[],
  lookup: Lookup,
  belongs: (message: Message) => boolean,
): Message[] {
  const byId = new Map(messages.map((message) => [message.id, message]));
  for (const event of events) {
    if (event.type === "message.created") {
      const message = messageOf(event, lookup);
      if (!byId.has(message.id) && belongs(message)) byId.set(message.id, message);
      continue;
    }
    if (event.type === "messages.expired") {
      for (const [id, { seq }] of byId) if (seq <= (event.body.through as number)) byId.delete(id);
      continue;
    }
    const known = byId.get((event.body.message ?? "") as Id);
    if (known) byId.set(known.id, change(known, event));
  }
  return [...byId.values()].sort((a, b) => a.seq - b.seq);
}

/** The lines that events add beside messages. */
export function linesOf(events: readonly RoomEvent[]): SystemLine[] {
  const lines: SystemLine[] = [];
  for (const { id, seq, ts, type, sender, body } of events) {
    if (type === "member.joined" || type === "member.left") {
      lines.push({ id, seq, ts, type, user: (body.user ?? sender) as Id | null, text: "" });
    } else if (type === "pin.added") {
      lines.push({ id, seq, ts, type, user: sender, text: "" });
    } else if (type === "room.updated") {
      lines.push({ id, seq, ts, type, user: sender, text: describe(body) });
    }
  }
  return lines;
}

/** After how many days messages of a room are deleted, in words. */
export function kept(days: number | null): string {
  if (days === null) return "messages are kept";
  return `messages are deleted after ${days === 1 ? "a day" : `${days} days`}`;
}

function describe(body: Record<string, unknown>): string {
  if (typeof body.name === "string") return `renamed the room to ${body.name}`;
  if (typeof body.topic === "string")
    return body.topic ? `set the topic: ${body.topic}` : "cleared the topic";
  if ("retention_days" in body) return `decided: ${kept(body.retention_days as number | null)}`;
  return "changed the room";
}
