import type { Socket } from "../lib/socket";
import type { Id } from "../lib/wire";
import type { Rooms } from "./rooms.svelte";

const PAUSE_MS = 400;

/** Tells the server how far the person has read: what was on the screen, in front, at the end of the room. */
export class Reading {
  room = $state<Id | null>(null);
  /** The end of the timeline is on the screen. */
  atBottom = $state(false);
  focused = $state(document.hasFocus() && !document.hidden);
  /** The room in which something was marked as unread: it stays so until the person leaves it. */
  #held: Id | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly socket: Socket,
    private readonly rooms: Rooms,
    /** The server knows that more was read. */
    private readonly moved: () => void,
  ) {}

  watch(): () => void {
    const look = () => {
      this.focused = document.hasFocus() && !document.hidden;
      this.settle();
    };
    addEventListener("focus", look);
    addEventListener("blur", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(this.#timer);
      removeEventListener("focus", look);
      removeEventListener("blur", look);
      document.removeEventListener("visibilitychange", look);
    };
  }

  attentive(room: Id): boolean {
    return this.room === room && this.focused && this.atBottom;
  }

  hold(room: Id): void {
    clearTimeout(this.#timer);
    this.#held = room;
  }

  place(room: Id | null, atBottom: boolean): void {
    if (room !== this.room) this.#held = null;
    this.room = room;
    this.atBottom = atBottom;
    this.settle();
  }

  /** Marks the open room as read when the person looks at its end. */
  settle(): void {
    const room = this.rooms.get(this.room);
    if (!room || !room.member || !this.attentive(room.id) || this.#held === room.id) return;
    if (room.head <= room.read_seq && room.marked === null) return;
    clearTimeout(this.#timer);
    this.rooms.markRead(room.id, room.head);
    const { id, head } = room;
    this.#timer = setTimeout(() => {
      this.socket.ask({ op: "read", room: id, seq: head }).then(this.moved, () => undefined);
    }, PAUSE_MS);
  }
}
