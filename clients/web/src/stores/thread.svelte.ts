import { api, sentence } from "../lib/api";
import { apply, join } from "../lib/merge";
import type { Id, Message, Page, RoomEvent } from "../lib/wire";
import type { People } from "./people.svelte";

/** One message and the replies to it. */
export class Thread {
  messages = $state.raw<Message[]>([]);
  loaded = $state(false);
  error = $state("");
  /** What came while the pages were on their way, which may have been read before. */
  #meanwhile: RoomEvent[] | null = null;

  constructor(
    readonly room: Id,
    readonly root: Id,
    private readonly people: People,
  ) {}

  async open(): Promise<void> {
    this.error = "";
    this.#meanwhile = [];
    try {
      let after = "";
      do {
        const page = await api.get<Page<Message>>(`/messages/${this.root}/thread?limit=200${after}`);
        this.people.meet(...page.items.map((message) => message.sender));
        this.messages = join(this.messages, page.items);
        after = page.next ? `&after=${encodeURIComponent(page.next)}` : "";
      } while (after);
      this.loaded = true;
      this.apply(this.#meanwhile.splice(0));
    } catch (error) {
      this.error = sentence(error);
    } finally {
      this.#meanwhile = null;
    }
  }

  apply(events: readonly RoomEvent[]): void {
    this.#meanwhile?.push(...events);
    this.messages = apply(
      this.messages,
      events,
      (id) => this.people.get(id),
      (message) => message.thread === this.root,
    );
  }
}
