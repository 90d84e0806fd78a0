import { api, sentence } from "../lib/api";
import { showOutside } from "../lib/desktop";
import type { Id, Notice, NotificationPage, NotifiedNotice, RoomEvent, NotificationItem } from "../lib/wire";

const PAGE = 30;
const MOST = 200; // that one answer has
const PAUSE_MS = 1_000;

/** What the person was told of, in all workspaces: how much of it is not read, and the newest of it. */
export class Bell {
  /** Counted by the server, up to 100. */
  unread = $state(0);
  items = $state.raw<NotificationItem[] | null>(null);
  next = $state<string | null>(null);
  problem = $state("");
  /** Grows when what one wants to be told of may be something else. */
  settingsChanged = $state(0);
  #due = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  /** Of which the list that is asked for is to tell more: an answer on its way may be older. */
  readonly #outside = new Map<Id, NotifiedNotice>();

  constructor(private readonly me: Id) {}

  /** Says whether a notice was about notifications. */
  told(notice: Notice): boolean {
    if (notice.kind === "notifications.settings") this.settingsChanged += 1;
    else if (notice.kind === "notified") {
      if (this.#outside.size >= MOST) this.#outside.clear(); // what is gone by now never comes
      this.#outside.set(notice.id, notice);
      this.soon();
    } else if (notice.kind === "notifications.read" || notice.kind === "notifications.changed") this.soon();
    else return false;
    return true;
  }

  /** Something was read elsewhere than in the list: that counts here too. */
  moved(): void {
    if (this.unread > 0) this.soon();
  }

  /** What is shown of a message is what that says now. */
  apply(events: readonly RoomEvent[]): void {
    const shown = new Set(this.items?.map(({ message }) => message.id));
    if (events.some(({ type, body }) => type !== "message.created" && shown.has(body.message as Id)))
      this.soon();
  }

  /** Looks at once, and then not again for a moment: much may come together. */
  soon(): void {
    this.#due = true;
    if (this.#timer === undefined) this.#turn();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#due = false;
  }

  /** Reads the list anew, as far as it is shown. */
  async look(): Promise<void> {
    const mine = ++this.#asked;
    const limit = Math.min(MOST, Math.max(PAGE, this.items?.length ?? 0));
    try {
      const page = await api.get<NotificationPage>(`/notifications?limit=${limit}`);
      if (mine !== this.#asked) return;
      this.#take(page, page.items);
    } catch (error) {
      if (mine === this.#asked) this.problem = sentence(error);
    }
  }

  async more(): Promise<void> {
    const mine = ++this.#asked;
    const before = encodeURIComponent(this.next ?? "");
    try {
      const page = await api.get<NotificationPage>(`/notifications?limit=${PAGE}&before=${before}`);
      if (mine !== this.#asked) return;
      const known = new Set(this.items?.map(({ id }) => id));
      this.#take(page, [...(this.items ?? []), ...page.items.filter(({ id }) => !known.has(id))]);
    } catch (error) {
      if (mine === this.#asked) this.problem = sentence(error);
    }
  }

  /** The person has seen these. */
  async read(ids: readonly Id[]): Promise<void> {
    await this.#read({ ids });
  }

  /** All that is in the list now; what came meanwhile is not. */
  async readAll(): Promise<void> {
    const newest = this.items?.reduce((last, { id }) => (id > last ? id : last), "");
    if (newest) await this.#read({ up_to: newest });
  }

  async #read(which: { ids: readonly Id[] } | { up_to: Id }): Promise<void> {
    try {
      await api.put("/notifications/read", which);
      await this.look();
    } catch (error) {
      this.problem = sentence(error);
    }
  }

  #take(page: NotificationPage, items: NotificationItem[]): void {
    [this.items, this.unread, this.next, this.problem] = [items, page.unread, page.next ?? null, ""];
    for (const item of items) {
      const notice = this.#outside.get(item.id);
      if (notice && !item.read) showOutside(this.me, item, notice.quiet);
      this.#outside.delete(item.id);
    }
  }

  #turn(): void {
    const due = this.#due;
    this.#due = false;
    this.#timer = due ? setTimeout(() => this.#turn(), PAUSE_MS) : undefined;
    if (due) void this.look();
  }
}
