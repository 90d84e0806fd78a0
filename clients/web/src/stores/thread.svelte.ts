import { api, sentence } from "../lib/api";
import { apply, join } from "../lib/merge";
import type { Explanation, Id, Message, Page, Permission, RoomEvent } from "../lib/wire";
import type { People } from "./people.svelte";

/** One message and the replies to it. */
export class Thread {
  messages = $state.raw<Message[]>([]);
  loaded = $state(false);
  error = $state("");
  /** How often it was told that who may answer has changed. */
  changes = $state(0);
  /** What one may do in a thread that has entries; null in others, and while it is not known. */
  own = $state.raw<ReadonlySet<Permission> | null>(null);
  readonly first = $derived(this.messages.find((message) => message.id === this.root));
  /** Replies of it were marked as unread: they stay so until it is opened again. */
  held = $state(false);
  #asked = 0;
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

  hold(): void {
    this.held = true;
  }

  /** Whether one may, where the room alone would say this; that counts until more is known. */
  may(permission: Permission, inRoom: boolean): boolean {
    return this.own?.has(permission) ?? inRoom;
  }

  /** Asks what its entries make of one's permissions; the answer to the last question counts. */
  async ask(user: Id): Promise<void> {
    const mine = ++this.#asked;
    if (!this.first?.replies) {
      this.own = null;
      return;
    }
    const wanted: Permission[] = ["room.post", "messages.moderate", "access.manage"];
    const told = await Promise.all(
      wanted.map((permission) => {
        const query = new URLSearchParams({ user, permission });
        return api.get<Explanation>(`/messages/${this.root}/acl/explain?${query}`);
      }),
    ).catch(() => []); // what may not be known may not be done
    if (mine === this.#asked)
      this.own = new Set(told.filter((each) => each.allowed).map((each) => each.permission));
  }

  apply(events: readonly RoomEvent[]): void {
    this.#meanwhile?.push(...events);
    if (events.some(({ body }) => body.message === this.root && body.replies !== undefined))
      this.changes += 1;
    this.messages = apply(
      this.messages,
      events,
      (id) => this.people.get(id),
      (message) => message.thread === this.root,
    );
  }
}
