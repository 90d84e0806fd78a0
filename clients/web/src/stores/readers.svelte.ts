import type { Socket } from "../lib/socket";
import type { Id, Message, ReadersFrame } from "../lib/wire";

/** How far others have read the room that is open, where people tell each other that. */
export class Readers {
  #room: Id | null = null;
  #known = $state.raw<ReadersFrame["readers"]>({});

  constructor(private readonly socket: Socket) {}

  open(room: Id | null): void {
    this.#room = room;
    this.#known = {};
    this.ask();
  }

  /** The server forgets what is open with the connection, and when nothing is shared any more. */
  ask(): void {
    // With a reference: the answer comes as what is told later does.
    if (this.socket.ready) this.socket.ask({ op: "readers", room: this.#room }).catch(() => undefined);
  }

  told(frame: ReadersFrame): void {
    if (frame.room === this.#room) this.#known = frame.readers;
  }

  /** Who has read a message; what was said before somebody came they have not. */
  of({ seq, ts }: Message): Id[] {
    return Object.entries(this.#known)
      .filter(([, reader]) => reader.seq >= seq && reader.since <= ts)
      .map(([user]) => user);
  }
}
