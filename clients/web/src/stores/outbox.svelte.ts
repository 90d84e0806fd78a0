import { RefusedFrame, type Socket } from "../lib/socket";
import { type Outgoing, reason, revive, sendable } from "../lib/outbox";
import { keep, recall } from "../lib/storage";
import type { Attachment, HeldNotice, Id, Quote, RoomEvent, ServerFrame } from "../lib/wire";

const ANSWER_MS = 20_000;
const SETTLE_MS = 10_000;
/** Refusals that may end, and of which the person is told at once. */
const PATIENT = new Set(["storage_full", "slow_mode"]);

/** What was written and is not acknowledged yet. It outlives a reload and a restart of the server. */
export class Outbox {
  entries = $state<Outgoing[]>([]);
  #key: string;
  #open = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;

  constructor(
    me: Id,
    private readonly socket: Socket,
  ) {
    this.#key = `outbox.${me}`;
    this.entries = revive(recall<Outgoing[]>(this.#key, []));
  }

  in(room: Id, thread: Id | null): Outgoing[] {
    return this.entries.filter((entry) => entry.room === room && entry.thread === thread);
  }

  add(room: Id, text: string, thread: Id | null = null, attachments: Attachment[] = [], quote?: Quote): void {
    const entry: Outgoing = {
      ...{ cid: uuid(), room, text, thread, attachments, at: Date.now(), state: "waiting", error: null },
      ...(quote ? { quote } : {}),
    };
    this.entries.push(entry);
    this.#save();
    this.flush();
  }

  /** The rooms are subscribed again: what the log already holds is known by now, the rest may go. */
  resume(): void {
    this.#open = true;
    this.#tries = 0;
    // What became of those that were held is answered when they are sent again.
    for (const entry of this.entries) if (entry.state === "held") entry.state = "waiting";
    this.flush();
  }

  pause(): void {
    this.#open = false;
    clearTimeout(this.#timer);
    for (const entry of this.entries) if (entry.state === "sending") entry.state = "waiting";
  }

  retry(cid: Id): void {
    const entry = this.#find(cid);
    if (!entry) return;
    entry.state = "waiting";
    entry.error = null;
    this.#save();
    this.flush();
  }

  discard(cid: Id): void {
    this.entries = this.entries.filter((entry) => entry.cid !== cid);
    this.#save();
  }

  /** Forgets what has come back as an event. */
  settle(events: readonly RoomEvent[]): void {
    const cids = new Set(events.map((event) => event.cid));
    const left = this.entries.filter((entry) => !cids.has(entry.cid));
    if (left.length === this.entries.length) return;
    this.entries = left;
    this.#save();
    this.flush();
  }

  flush(): void {
    if (!this.#open) return;
    for (const entry of sendable(this.entries)) void this.#send(entry);
  }

  async #send(entry: Outgoing): Promise<void> {
    entry.state = "sending";
    const { cid, room, text, thread, attachments = [], quote } = entry;
    const asked = this.socket.ask<Extract<ServerFrame, { op: "ack" | "held" }>>({
      op: "send",
      cid,
      room,
      text,
      ...(thread ? { thread } : {}),
      ...(quote ? { quote: quote.message } : {}),
      ...(attachments.length > 0 ? { attachments: attachments.map((file) => file.id) } : {}),
    });
    const late = new Promise<never>((_, reject) =>
      setTimeout(() => reject(new RefusedFrame("timeout", true, null)), ANSWER_MS),
    );
    try {
      const answer = await Promise.race([asked, late]);
      this.#tries = 0;
      if (answer.op === "held") this.#held(cid, answer.id, answer.state);
      else this.#sent(cid, answer.id);
    } catch (error) {
      this.#refused(cid, error as RefusedFrame);
    }
    this.flush();
  }

  /** A moderator has decided on a message that was held. */
  decided(notice: HeldNotice): void {
    const entry = notice.cid ? this.#find(notice.cid) : undefined;
    if (entry) this.#held(entry.cid, notice.held, notice.state, notice.reason);
  }

  #held(cid: Id, id: Id, state: string, why = ""): void {
    const entry = this.#find(cid);
    if (!entry) return;
    if (state === "approved" || state === "withdrawn") return this.discard(cid);
    entry.state = state === "waiting" ? "held" : "failed";
    entry.error = state === "waiting" ? null : `${reason(state)} ${why}`.trim();
    entry.id = id;
    this.#save();
  }

  /** It stands in the log now; its event replaces this copy, usually at once. */
  #sent(cid: Id, id: Id): void {
    const entry = this.#find(cid);
    if (!entry) return;
    entry.state = "sent";
    entry.id = id;
    this.#save();
    setTimeout(() => this.discard(cid), SETTLE_MS);
  }

  #refused(cid: Id, error: RefusedFrame): void {
    const entry = this.#find(cid);
    if (!entry) return;
    // Retrying for ever into a full disk would help nobody.
    if (error.retryable && !PATIENT.has(error.code) && this.#tries < 8) {
      entry.state = "waiting";
      if (!this.socket.ready) return;
      this.#open = false;
      const wait = error.retryAfter ? error.retryAfter * 1000 : Math.min(30_000, 500 * 2 ** this.#tries);
      this.#tries += 1;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#open = this.socket.ready;
        this.flush();
      }, wait);
      return;
    }
    entry.state = "failed";
    entry.error =
      error.code === "slow_mode"
        ? `Slow mode: you can write here again in ${Math.ceil(error.retryAfter ?? 1)} s.`
        : reason(error.code);
    this.#save();
  }

  #find(cid: Id): Outgoing | undefined {
    return this.entries.find((entry) => entry.cid === cid);
  }

  #save(): void {
    keep(this.#key, this.entries.length > 0 ? this.entries : null);
  }
}

/** `crypto.randomUUID` exists on secure pages only, and a first run may be on plain http. */
export function uuid(): Id {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
