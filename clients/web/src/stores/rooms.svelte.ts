import { SvelteMap } from "svelte/reactivity";
import { api } from "../lib/api";
import { concerns } from "../lib/mentions";
import type { Self } from "../lib/mentions";
import type { Id, KnownRoom, Mention, Notice, Page, Permission, Room, RoomEvent, Unread } from "../lib/wire";

/** Whether a new message names somebody, their role, or all of its room. */
function names({ type, body }: RoomEvent, self: Self): boolean {
  const mentions = type === "message.created" ? ((body.mentions ?? []) as Mention[]) : [];
  return mentions.some((mention) => concerns(mention, self));
}

/** The rooms of the person, and how much of each is unread. */
export class Rooms {
  readonly byId = new SvelteMap<Id, KnownRoom>();
  /** Rooms by the time of their last message here, for the order of conversations. */
  readonly touched = new SvelteMap<Id, number>();

  readonly mine = $derived([...this.byId.values()].filter((room) => room.member && !room.archived));
  readonly direct = $derived(
    this.mine
      .filter((room) => room.kind === "direct")
      .sort(
        (a, b) => (this.touched.get(b.id) ?? 0) - (this.touched.get(a.id) ?? 0) || (a.id < b.id ? 1 : -1),
      ),
  );
  readonly named = $derived(
    this.mine.filter((room) => room.kind !== "direct").sort((a, b) => a.name.localeCompare(b.name)),
  );
  readonly unread = $derived(this.mine.reduce((sum, room) => sum + room.unread, 0));

  constructor(private readonly me: Id) {}

  get(id: Id | null | undefined): KnownRoom | undefined {
    return id ? this.byId.get(id) : undefined;
  }

  /** Takes a room up; what is unread in it is told apart, and a room just entered has been read to its end. */
  put(room: Room): void {
    const known = this.byId.get(room.id);
    const { unread = 0, mentions = 0, read_seq = room.head, marked = null } = known ?? {};
    this.byId.set(room.id, { unread, mentions, read_seq, marked, ...room });
  }

  /** Reads what is unread everywhere. */
  async readUnreads(): Promise<void> {
    this.tell((await api.get<Page<Unread>>("/unreads")).items);
  }

  tell(unreads: readonly Unread[]): void {
    for (const { room, unread, mentions, read_seq, marked } of unreads)
      this.change(room, { unread, mentions, read_seq, marked });
  }

  change(id: Id, patch: Partial<KnownRoom>): void {
    const room = this.byId.get(id);
    if (room) this.byId.set(id, { ...room, ...patch });
  }

  replaceAll(rooms: readonly Room[]): void {
    const kept = new Set(rooms.map((room) => room.id));
    for (const id of [...this.byId.keys()]) if (!kept.has(id)) this.byId.delete(id);
    for (const room of rooms) this.put(room);
  }

  /** Counts the events of one room; the server's own numbers replace these whenever they come. */
  count(id: Id, events: readonly RoomEvent[], role?: string): void {
    const room = this.byId.get(id);
    if (!room) return;
    const { read_seq } = room;
    const self = { id: this.me, role };
    let { head, count, unread, mentions } = room;
    for (const event of events) {
      head = Math.max(head, event.seq);
      if (event.seq > read_seq && event.sender !== this.me && names(event, self)) mentions += 1;
      // Replies are counted nowhere: their thread is followed by those who open it.
      if (event.type !== "message.created" || event.body.thread) continue;
      count += 1;
      this.touched.set(id, Date.parse(event.ts));
      if (event.seq > read_seq && event.sender !== this.me) unread += 1;
    }
    const renamed = Object.assign({}, ...events.filter((e) => e.type === "room.updated").map((e) => e.body));
    this.byId.set(id, { ...room, ...renamed, id, head, count, unread, mentions });
  }

  /** Takes over what the server says of a room we do not follow event by event. */
  heads(heads: Record<Id, { head: number; count: number }>): void {
    for (const [id, { head, count }] of Object.entries(heads)) {
      const room = this.byId.get(id);
      if (!room || head <= room.head) continue;
      this.change(id, { head, count, unread: room.unread + Math.max(0, count - room.count) });
    }
  }

  markRead(id: Id, seq: number, unread = 0, marked: number | null = null, mentions = 0): void {
    const room = this.byId.get(id);
    if (room && seq >= room.read_seq) this.change(id, { read_seq: seq, unread, marked, mentions });
  }

  readElsewhere(notice: Extract<Notice, { kind: "read" }>): void {
    this.markRead(notice.room, notice.seq, notice.unread, notice.marked, notice.mentions);
  }

  /** What to call a room: its name, or who is in it. */
  title(room: Room): string {
    if (room.kind !== "direct") return room.name;
    const others = (room.users ?? []).filter((user) => user.id !== this.me);
    return others.map((user) => user.display_name).join(", ") || room.name || "You, alone";
  }

  /** The other person of a conversation of two. */
  partner(room: Room): Id | null {
    const others = (room.users ?? []).filter((user) => user.id !== this.me);
    return room.kind === "direct" && others.length === 1 ? others[0]!.id : null;
  }

  can(room: Room | undefined, permission: Permission): boolean {
    return room?.permissions.includes(permission) ?? false;
  }
}
