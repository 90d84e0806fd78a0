import { SvelteMap } from "svelte/reactivity";
import { api } from "../lib/api";
import type { FollowedThread, Id, Message, Notice, Page, RoomEvent, ThreadState } from "../lib/wire";
import type { People } from "./people.svelte";

type ThreadNotice = Extract<Notice, { kind: "thread" }>;

/** How one stands to a thread that one follows; the message is known of those in the list. */
export interface Followed {
  root: Id;
  room: Id;
  level: ThreadState["level"];
  read_seq: number;
  marked: number | null;
  unread: number;
  /** The newest reply that was counted. */
  last_seq: number;
}

/** The threads that the person follows, and what is unread in them. */
export class Threads {
  readonly followed = new SvelteMap<Id, Followed>();
  /** Grows when the list of threads may be another one. */
  changes = $state(0);
  /** Whose threads these are. */
  #workspace: Id | null = null;
  readonly unread = $derived([...this.followed.values()].filter((thread) => thread.unread > 0).length);

  constructor(
    private readonly me: Id,
    private readonly people: People,
  ) {}

  /** Reads the list anew; those with unread replies come first, so that these are known. */
  async load(workspace: Id): Promise<FollowedThread[]> {
    if (workspace !== this.#workspace) this.followed.clear();
    this.#workspace = workspace;
    const before = new Set(this.followed.keys());
    const page = await api.get<Page<FollowedThread>>(`/threads?workspace=${workspace}&limit=100`);
    // Of a workspace that was left meanwhile nothing belongs here.
    if (workspace !== this.#workspace) return page.items;
    this.people.meet(...page.items.map(({ message }) => message.sender));
    for (const { message, ...stands } of page.items) {
      before.delete(message.id);
      // What came while the list was on its way is newer than the list.
      if ((this.followed.get(message.id)?.last_seq ?? 0) > stands.last_seq) continue;
      this.followed.set(message.id, { root: message.id, room: message.room, ...stands });
    }
    for (const root of before) this.followed.delete(root);
    return page.items;
  }

  /** How one stands to one thread: it may be further down in the list, or not be followed. */
  async look(root: Id): Promise<void> {
    this.put(await api.get<ThreadState>(`/messages/${root}/follow`));
  }

  put(state: Omit<ThreadNotice, "op" | "kind"> | ThreadState): void {
    const { message: root, room, level, read_seq, marked, unread, last_seq } = state;
    if (state.followed) this.followed.set(root, { root, room, level, read_seq, marked, unread, last_seq });
    else this.followed.delete(root);
    this.changes += 1;
  }

  /** Counts replies; who replies follows, and has read what is there. */
  apply(events: readonly RoomEvent[]): void {
    for (const event of events) {
      const root = event.body.thread as Id | null | undefined;
      if (event.type !== "message.created" || !root) continue;
      const known = this.followed.get(root);
      this.changes += 1;
      if (event.sender === this.me) {
        const level = known?.level ?? null;
        const read = { read_seq: event.seq, marked: null, unread: 0, last_seq: event.seq };
        this.followed.set(root, { root, room: event.room, level, ...read });
      } else if (known && event.seq > known.last_seq) {
        this.followed.set(root, { ...known, unread: known.unread + 1, last_seq: event.seq });
      }
    }
  }

  async follow(root: Id, followed: boolean): Promise<void> {
    const path = `/messages/${root}/follow`;
    if (followed) this.put(await api.put<ThreadState>(path, {}));
    else {
      await api.delete(path);
      this.followed.delete(root);
    }
  }

  /** Tells that the thread was read up to here, where that says anything new. */
  async read(root: Id, seq: number): Promise<void> {
    const known = this.followed.get(root);
    if (!known || (known.unread === 0 && known.marked === null)) return;
    this.followed.set(root, { ...known, read_seq: Math.max(seq, known.read_seq), marked: null, unread: 0 });
    this.put(await api.put<ThreadState>(`/messages/${root}/thread/read`, { seq }));
  }

  async markUnread(message: Message): Promise<void> {
    const path = `/messages/${message.thread}/thread/unread`;
    this.put(await api.put<ThreadState>(path, { seq: message.seq }));
  }

  forget(room: Id): void {
    for (const thread of [...this.followed.values()])
      if (thread.room === room) this.followed.delete(thread.root);
  }
}
