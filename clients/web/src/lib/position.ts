import type { RoomEvent } from "./wire";

/** How far a room's log has been taken over, and what is held back while the missing part is read. */
export interface Position {
  epoch: string;
  seq: number;
  catching: boolean;
  held: RoomEvent[];
}

export function positionAt(epoch: string, seq: number): Position {
  return { epoch, seq, catching: false, held: [] };
}

/** Takes over one event: the events that may be applied now, in order, or "hole" when some are missing before it. */
export function take(position: Position, event: RoomEvent): RoomEvent[] | "hole" {
  if (event.seq <= position.seq) return [];
  if (position.catching || event.seq > position.seq + 1) {
    position.held.push(event);
    return position.catching ? [] : "hole";
  }
  position.seq = event.seq;
  return [event];
}

/** Takes over a page that was read from the log. */
export function takePage(position: Position, events: readonly RoomEvent[]): RoomEvent[] {
  const fresh = events.filter((event) => event.seq > position.seq);
  for (const event of fresh) position.seq = event.seq;
  return fresh;
}

/** Ends catching up: what was held back and follows without a hole, each once. */
export function release(position: Position): RoomEvent[] {
  const held = position.held.sort((a, b) => a.seq - b.seq);
  const ready: RoomEvent[] = [];
  for (const event of held) {
    if (event.seq === position.seq + 1) {
      position.seq = event.seq;
      ready.push(event);
    }
  }
  position.held = held.filter((event) => event.seq > position.seq);
  position.catching = position.held.length > 0;
  return ready;
}
