import { SvelteMap } from "svelte/reactivity";
import { api, sentence } from "../lib/api";
import type { HeldMessage, HeldNotice, HeldSend, Id, Message, Page } from "../lib/wire";
import { toasts } from "./toasts.svelte";

/** A new text for a message of one's own that a moderator looks at first, or did not let through. */
export interface HeldEdit {
  id: Id;
  room: Id;
  text: string;
  ts: string;
  refused: string | null;
}

/** What of one's own edits waits, by the message: in the rooms that were looked at. */
export class HeldEdits {
  readonly #edits = new SvelteMap<Id, HeldEdit>();
  #known = new Set<Id>();

  /** None that was overtaken by what the message says now. */
  of(message: Message): HeldEdit | null {
    const edit = this.#edits.get(message.id);
    if (!edit || message.deleted || (message.edited_at && message.edited_at >= edit.ts)) return null;
    return edit;
  }

  /** Saves a new text; it may have to wait. */
  async save(message: Message, text: string): Promise<void> {
    const answer = await api.patch<Message | HeldSend>(`/messages/${message.id}`, { text });
    if ("state" in answer) this.#put(message.id, { ...answer, text, refused: null });
    else this.#edits.delete(message.id);
  }

  async takeBack(message: Id): Promise<void> {
    const edit = this.#edits.get(message);
    if (!edit) return;
    try {
      if (edit.refused === null) await api.delete(`/rooms/${edit.room}/held/${edit.id}`);
      this.#edits.delete(message);
    } catch (error) {
      toasts.add(sentence(error));
    }
  }

  /** Reads what waits in a room, once for each connection. */
  async read(room: Id): Promise<void> {
    if (this.#known.has(room)) return;
    this.#known.add(room);
    try {
      let next: Id | null = null;
      do {
        const after: string = next ? `&after=${next}` : "";
        const page: Page<HeldMessage> = await api.get(
          `/rooms/${room}/held/mine?state=waiting&limit=200${after}`,
        );
        for (const held of page.items) if (held.edits) this.#put(held.edits, { ...held, refused: null });
        next = page.next;
      } while (next);
    } catch {
      this.#known.delete(room);
    }
  }

  /** The connection is new: what came of them was perhaps not told. */
  forget(): void {
    const waiting = [...this.#edits].filter(([, edit]) => edit.refused === null);
    this.#known.clear();
    for (const [message] of waiting) this.#edits.delete(message);
    for (const room of new Set(waiting.map(([, edit]) => edit.room))) void this.read(room);
  }

  /** What happened to one, here or elsewhere. */
  told(notice: HeldNotice, message: Id): void {
    const edit = this.#edits.get(message);
    if (notice.state === "waiting") {
      if (edit?.id === notice.held || !this.#known.delete(notice.room)) return;
      void this.read(notice.room);
    } else if (notice.state === "rejected") {
      toasts.add(`A moderator did not let a change of yours through. ${notice.reason}`.trim());
      if (edit?.id === notice.held) this.#put(message, { ...edit, refused: notice.reason });
    } else if (edit?.id === notice.held) this.#edits.delete(message);
  }

  #put(message: Id, { id, room, text, ts, refused }: HeldEdit): void {
    this.#edits.set(message, { id, room, text, ts, refused });
  }
}
