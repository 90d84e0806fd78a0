import { ApiError, api, sentence } from "../lib/api";
import { type SystemLine, apply, join, linesOf } from "../lib/merge";
import type { EventPage, Id, Message, Page, RoomEvent } from "../lib/wire";
import type { People } from "./people.svelte";

const PAGE = 50;
/** So many messages are kept on the page; beyond that the far end is dropped and read again when needed. */
const KEPT = 400;

/** The part of a room's history that is on the page. */
export class Timeline {
  messages = $state.raw<Message[]>([]);
  lines = $state.raw<SystemLine[]>([]);
  loaded = $state(false);
  loading = $state<"before" | "after" | "first" | null>(null);
  error = $state("");
  atStart = $state(false);
  atEnd = $state(true);
  /** Where "new" begins, fixed while the room is open. */
  divider = $state<number | null>(null);
  /** What came while the page was on its way, which may have been read before. */
  #meanwhile: RoomEvent[] = [];

  constructor(
    readonly room: Id,
    private readonly people: People,
  ) {}

  get first(): number {
    return this.messages[0]?.seq ?? 0;
  }

  get last(): number {
    return this.messages[this.messages.length - 1]?.seq ?? 0;
  }

  /** Reads the newest page, or the one around a position. */
  async open(around: number | null = null): Promise<void> {
    await this.#load("first", async () => {
      this.#meanwhile = [];
      const query = around === null ? `limit=${PAGE}` : `around=${around}&limit=${PAGE}`;
      const page = await this.#page(query);
      const live = this.loaded && this.atEnd && around === null ? this.messages : [];
      this.messages = join(
        live.filter((m) => m.seq > (page.items.at(-1)?.seq ?? 0)),
        page.items,
      );
      this.lines = [];
      this.atStart = !page.previous;
      this.atEnd = around === null || !page.next;
      this.loaded = true;
      this.#take(this.#meanwhile);
      await this.#readLines(page.items);
    });
  }

  async before(): Promise<void> {
    if (this.atStart || this.loading || !this.loaded) return;
    await this.#load("before", async () => {
      const page = await this.#page(`before=${this.first}&limit=${PAGE}`);
      this.messages = join(this.messages, page.items);
      this.atStart = !page.previous || page.items.length === 0;
      if (this.messages.length > KEPT) {
        this.messages = this.messages.slice(0, KEPT);
        this.atEnd = false;
      }
      await this.#readLines(page.items);
    });
  }

  async after(): Promise<void> {
    if (this.atEnd || this.loading || !this.loaded) return;
    await this.#load("after", async () => {
      const page = await this.#page(`after=${this.last}&limit=${PAGE}`);
      this.messages = join(this.messages, page.items);
      this.atEnd = !page.next;
      this.#trimTop();
      await this.#readLines(page.items);
    });
  }

  /** Applies live events; new messages only when the page shows the end of the room. */
  apply(events: readonly RoomEvent[], stuck: boolean): void {
    if (this.loading === "first") this.#meanwhile.push(...events);
    if (!this.loaded) return;
    this.#take(events);
    if (stuck) this.#trimTop();
  }

  #take(events: readonly RoomEvent[]): void {
    this.messages = apply(
      this.messages,
      events,
      (id) => this.people.get(id),
      (message) => message.thread === null && this.atEnd,
    );
    if (this.atEnd) this.#addLines(linesOf(events));
  }

  #trimTop(): void {
    if (this.messages.length <= KEPT) return;
    this.messages = this.messages.slice(-KEPT);
    this.lines = this.lines.filter((line) => line.seq > this.first);
    this.atStart = false;
  }

  #addLines(lines: SystemLine[]): void {
    const known = new Set(this.lines.map((line) => line.id));
    const fresh = lines.filter((line) => !known.has(line.id));
    if (fresh.length > 0) this.lines = [...this.lines, ...fresh];
  }

  async #page(query: string): Promise<Page<Message>> {
    const page = await api.get<Page<Message>>(`/rooms/${this.room}/messages?${query}`);
    this.people.meet(...page.items.map((message) => message.sender));
    return page;
  }

  /** Comings and goings stand in the log only: they are read where the messages leave holes in it. */
  async #readLines(messages: readonly Message[]): Promise<void> {
    const from = this.atStart ? 0 : (messages[0]?.seq ?? 1) - 1;
    const last = messages.at(-1)?.seq ?? 0;
    if (!this.atEnd && last - from === messages.length) return;
    try {
      const page = await api.get<EventPage>(`/rooms/${this.room}/events?after=${from}&limit=200`);
      this.#addLines(linesOf(page.events));
    } catch (error) {
      // The messages are there; the lines beside them can be missed.
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async #load(what: "before" | "after" | "first", work: () => Promise<void>): Promise<void> {
    this.loading = what;
    this.error = "";
    try {
      await work();
    } catch (error) {
      this.error = sentence(error);
    } finally {
      this.loading = null;
    }
  }
}
