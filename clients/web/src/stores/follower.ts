import { api } from "../lib/api";
import { type Position, positionAt, release, take, takePage } from "../lib/position";
import { RefusedFrame, type Socket } from "../lib/socket";
import type { EventPage, Id, Room, RoomEvent, ServerFrame, Subscribed } from "../lib/wire";

type Subd = Extract<ServerFrame, { op: "subd" }>;

const A_FRAME = 100;
const A_CONNECTION = 500;
/** Further behind than this, reading the room anew is cheaper than reading every event. */
const WORTH_PAGING = 2_000;

/** Follows the logs of rooms over a connection that may break: each event once, in order, none left out. */
export class Follower {
  readonly #positions = new Map<Id, Position>();

  constructor(
    private readonly socket: Socket,
    private readonly on: {
      events(room: Id, events: RoomEvent[]): void;
      /** The log cannot be continued: read the room from the beginning. */
      restart(room: Id): Promise<Room | null>;
      /** The server does not let us follow this room. */
      refused(room: Id): void;
    },
  ) {}

  /** Takes a room up at the position that the server told with it. */
  async add(room: Room): Promise<void> {
    if (this.#positions.has(room.id) || this.#positions.size >= A_CONNECTION) return;
    this.#positions.set(room.id, positionAt(room.epoch, room.head));
    if (this.socket.ready) await this.#subscribe([room.id]);
  }

  drop(room: Id): void {
    if (!this.#positions.delete(room)) return;
    this.socket.tell({ op: "unsub", rooms: [room] });
  }

  has(room: Id): boolean {
    return this.#positions.has(room);
  }

  seen(): Record<Id, number> {
    return Object.fromEntries([...this.#positions].map(([room, position]) => [room, position.seq]));
  }

  /** Subscribes to everything again, from where each room stands. */
  async resume(): Promise<void> {
    const rooms = [...this.#positions.keys()];
    const frames: Promise<void>[] = [];
    for (let at = 0; at < rooms.length; at += A_FRAME)
      frames.push(this.#subscribe(rooms.slice(at, at + A_FRAME)));
    await Promise.all(frames);
  }

  event(event: RoomEvent): void {
    const position = this.#positions.get(event.room);
    if (!position) return;
    const ready = take(position, event);
    if (ready === "hole") void this.#catchUp(event.room);
    else if (ready.length > 0) this.on.events(event.room, ready);
  }

  /** The server names the head of rooms where we are behind. */
  heads(heads: Record<Id, number | { head: number }>): void {
    for (const [room, told] of Object.entries(heads)) {
      const head = typeof told === "number" ? told : told.head;
      const position = this.#positions.get(room);
      if (position && !position.catching && position.seq < head) void this.#catchUp(room);
    }
  }

  async reset(room: Id): Promise<void> {
    if (!this.#positions.delete(room)) return;
    const fresh = await this.on.restart(room);
    if (fresh?.member) await this.add(fresh);
  }

  async #subscribe(rooms: Id[]): Promise<void> {
    const asked = rooms.flatMap((room) => {
      const position = this.#positions.get(room);
      return position ? [{ room, since: position.seq, epoch: position.epoch }] : [];
    });
    const answer = await this.#ask(asked);
    for (const { room } of answer.refused ?? []) this.on.refused(room);
    await Promise.all(answer.rooms.map((room) => this.#subscribed(room)));
  }

  /** When every room of a frame is refused, the frame is. */
  async #ask(rooms: { room: Id }[]): Promise<Subd> {
    try {
      return await this.socket.ask<Subd>({ op: "sub", rooms });
    } catch (error) {
      if (!(error instanceof RefusedFrame) || error.retryable) throw error;
      return { op: "subd", rooms: [], refused: rooms.map(({ room }) => ({ room, code: error.code })) };
    }
  }

  async #subscribed({ room, epoch, head, recovered }: Subscribed): Promise<void> {
    const position = this.#positions.get(room);
    if (!position) return;
    if (position.epoch !== epoch || position.seq > head + position.held.length + 1_000)
      return this.reset(room);
    if (!recovered) await this.#catchUp(room, head);
  }

  /** Reads what is missing from the log itself, while live events are held back. */
  async #catchUp(room: Id, head = 0): Promise<void> {
    const position = this.#positions.get(room);
    if (!position || position.catching) return;
    if (head - position.seq > WORTH_PAGING) return this.reset(room);
    position.catching = true;
    try {
      let page: EventPage;
      do {
        page = await api.get<EventPage>(`/rooms/${room}/events?after=${position.seq}&limit=200`);
        if (page.epoch !== position.epoch) return await this.reset(room);
        this.on.events(room, takePage(position, page.events));
      } while (position.seq < page.head && page.events.length > 0);
      const held = release(position);
      if (held.length > 0) this.on.events(room, held);
    } catch {
      // The connection is gone too, or soon will be; the next heartbeat or resume finds the hole again.
    } finally {
      position.catching = false;
    }
  }
}
