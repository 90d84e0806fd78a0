import { SvelteMap } from "svelte/reactivity";
import type { Id, Message, RoomEvent } from "../lib/wire";
import type { People } from "./people.svelte";
import { Thread } from "./thread.svelte";
import { Timeline } from "./timeline.svelte";

const KEPT = 12;
const PIN_EVENTS = new Set([
  "pin.added",
  "pin.removed",
  "message.updated",
  "message.deleted",
  "messages.expired",
]);

/** What has been opened to read: the timelines of rooms, and one thread. */
export class Pages {
  readonly timelines = new SvelteMap<Id, Timeline>();
  thread = $state.raw<Thread | null>(null);
  /** Grows whenever something that is pinned, or was, may be another. */
  pinsChanged = $state(0);

  constructor(private readonly people: People) {}

  /** The timeline of a room; those opened longest ago are forgotten. */
  timeline(room: Id): Timeline {
    const timeline = this.timelines.get(room) ?? new Timeline(room, this.people);
    this.timelines.delete(room);
    this.timelines.set(room, timeline);
    const oldest = this.timelines.keys().next().value;
    if (this.timelines.size > KEPT && oldest) this.timelines.delete(oldest);
    return timeline;
  }

  openThread(message: Message): void {
    const root = message.thread ?? message.id;
    if (this.thread?.root === root) return;
    this.thread = new Thread(message.room, root, this.people);
    if (message.id === root) this.thread.messages = [message]; // whether it is closed is known at once
    void this.thread.open();
  }

  apply(room: Id, events: readonly RoomEvent[], stuck: boolean): void {
    if (events.some(({ type }) => PIN_EVENTS.has(type))) this.pinsChanged += 1;
    this.timelines.get(room)?.apply(events, stuck);
    if (this.thread?.room === room) this.thread.apply(events);
  }

  /** Reads what is open of a room anew: its log cannot be continued. */
  async reopen(room: Id): Promise<void> {
    await this.timelines.get(room)?.open();
    if (this.thread?.room === room) await this.thread.open();
  }

  forget(room: Id): void {
    this.timelines.delete(room);
    if (this.thread?.room === room) this.thread = null;
  }

  clear(): void {
    this.timelines.clear();
    this.thread = null;
  }
}
