import { all, api } from "../lib/api";
import { Batch } from "../lib/batch";
import { withoutSpoilers } from "../lib/extras";
import { Socket, type Status, type Stop } from "../lib/socket";
import { keep, recall } from "../lib/storage";
import { knownZone } from "../lib/time";
import type {
  Category,
  Id,
  Me,
  Member,
  Page,
  Room,
  RoomEvent,
  ServerFrame,
  User,
  Workspace,
} from "../lib/wire";
import { Follower } from "./follower";
import { take } from "./notices";
import { Outbox } from "./outbox.svelte";
import { Own } from "./own.svelte";
import { Pages } from "./pages.svelte";
import { People } from "./people.svelte";
import { Reading } from "./reading.svelte";
import { Rooms } from "./rooms.svelte";
import { roomPath, route } from "./route.svelte";
import { Threads } from "./threads.svelte";
import { toasts } from "./toasts.svelte";
import { Attendance } from "./attendance.svelte";

/** The chat of one signed-in person: it owns the connection and hands what arrives to the stores. */
export class Chat {
  me = $state.raw<Me>() as Me;
  status = $state<Status>("connecting");
  stopped = $state<Stop | null>(null);
  workspaces = $state.raw<Workspace[]>([]);
  workspace = $state.raw<Workspace | null>(null);
  categories = $state.raw<Category[]>([]);
  ready = $state(false);
  /** The newest message of somebody else in the open room, for those who listen to the page. */
  announced = $state("");
  readonly zone = $derived(knownZone(this.me.time_zone));
  readonly people = new People();
  readonly pages = new Pages(this.people);
  readonly rooms: Rooms;
  readonly threads: Threads;
  readonly outbox: Outbox;
  readonly own: Own;
  readonly reading: Reading;
  readonly attendance: Attendance;
  readonly socket: Socket;
  readonly #follower: Follower;
  readonly #arrived = new Batch<RoomEvent>((events) => this.#apply(events));
  #fresh = true;

  constructor(
    me: Me,
    private readonly left: (why: Stop) => void,
  ) {
    this.me = me;
    this.people.add(me);
    this.rooms = new Rooms(me.id);
    this.threads = new Threads(me.id, this.people);
    this.socket = new Socket({
      status: (status, why) => this.#standing(status, why),
      welcome: () => void this.#welcome(),
      frame: (frame) => this.#frame(frame),
      seen: () => this.#follower.seen(),
    });
    this.outbox = new Outbox(me.id, this.socket);
    this.own = new Own(me.id);
    this.reading = new Reading(this.socket, this.rooms, () => this.own.bell.moved());
    this.attendance = new Attendance(this.socket, this.people, this.rooms, me.id);
    this.#follower = new Follower(this.socket, {
      events: (_room, events) => events.forEach((event) => this.#arrived.add(event)),
      restart: (room) => this.#restart(room),
      refused: (room) => this.expel(room),
    });
  }

  async start(): Promise<void> {
    this.workspaces = await all<Workspace>("/workspaces");
    const last = recall<Id>(`workspace.${this.me.id}`, "");
    this.workspace = this.workspaces.find((workspace) => workspace.id === last) ?? this.workspaces[0] ?? null;
    await this.#readWorkspace();
    this.ready = true;
    this.socket.start();
  }

  stop(): void {
    this.socket.stop();
    this.own.bell.stop();
    this.#arrived.flush();
  }

  async change(workspace: Workspace, path = "/"): Promise<void> {
    for (const room of this.rooms.byId.keys()) this.#follower.drop(room);
    this.rooms.replaceAll([]);
    this.pages.clear();
    this.workspace = workspace;
    keep(`workspace.${this.me.id}`, workspace.id);
    route.go(path);
    await Promise.all([this.#readWorkspace(), this.threads.load(workspace.id)]);
  }

  /** A room is ours now: made, joined, or we were taken in. */
  admit(room: Room): void {
    if (room.workspace !== this.workspace?.id) return;
    this.people.meet(...(room.users ?? []));
    this.rooms.put(room);
    if (room.member) void this.#follower.add(room).catch(() => undefined);
    this.attendance.subscribe();
  }

  /** A room is no longer ours: nothing of it stays here. */
  expel(room: Id): void {
    this.#follower.drop(room);
    const known = this.rooms.get(room);
    this.rooms.byId.delete(room);
    this.pages.forget(room);
    this.threads.forget(room);
    this.own.bell.soon();
    if (route.place.name === "room" && route.place.room === room) {
      if (known) toasts.add(`You are no longer in ${this.rooms.title(known)}.`);
      route.go("/", true);
    }
  }

  async direct(users: User[]): Promise<void> {
    const room = await api.post<Room>(`/workspaces/${this.workspace!.id}/direct`, {
      users: users.map((user) => user.id),
    });
    this.admit(room);
    route.go(roomPath(room.id));
  }

  async members(): Promise<Member[]> {
    const members = await all<Member>(`/workspaces/${this.workspace!.id}/members`);
    this.people.add(...members.map((member) => member.user));
    return members;
  }

  async #readWorkspace(): Promise<void> {
    if (!this.workspace) return;
    const id = this.workspace.id;
    const [rooms, categories] = await Promise.all([
      all<Room>(`/workspaces/${id}/rooms`),
      all<Category>(`/workspaces/${id}/categories`).catch(() => []),
      this.members(),
    ]);
    if (this.workspace.id !== id) return; // the person went on to another one meanwhile
    this.rooms.replaceAll(rooms);
    await this.rooms.readUnreads();
    for (const room of rooms) this.people.meet(...(room.users ?? []));
    this.categories = categories.sort((a, b) => a.position - b.position);
    await Promise.all(rooms.filter((room) => room.member).map((room) => this.#follower.add(room)));
  }

  #standing(status: Status, why?: Stop): void {
    this.status = status;
    if (status !== "open") this.outbox.pause();
    if (status === "stopped" && why && why !== "closed") {
      this.stopped = why;
      this.left(why);
    }
  }

  async #welcome(): Promise<void> {
    try {
      await this.#follower.resume();
      // What the log already holds of ours must be known before anything is sent again.
      this.#arrived.flush();
      this.outbox.resume();
      this.attendance.subscribe(true);
      void this.own.read().catch(() => undefined);
      if (!this.#fresh) await this.#refresh();
      this.#fresh = false;
      if (this.workspace) void this.threads.load(this.workspace.id).catch(() => undefined);
    } catch {
      // The connection broke again; the next welcome does it all once more.
    }
  }

  /** Rooms may have come, gone or been read elsewhere. */
  async #refresh(): Promise<void> {
    if (!this.workspace) return;
    const rooms = await all<Room>(`/workspaces/${this.workspace.id}/rooms`);
    const now = new Set(rooms.filter((room) => room.member).map((room) => room.id));
    for (const room of [...this.rooms.mine]) if (!now.has(room.id)) this.expel(room.id);
    for (const room of rooms) if (!this.#follower.has(room.id)) this.admit(room);
    await this.rooms.readUnreads();
  }

  async #restart(id: Id): Promise<Room | null> {
    try {
      const room = await api.get<Room>(`/rooms/${id}`);
      this.rooms.put(room);
      await this.rooms.readUnreads();
      await this.pages.reopen(id);
      return room;
    } catch {
      this.expel(id);
      return null;
    }
  }

  #frame(frame: ServerFrame): void {
    switch (frame.op) {
      case "ev":
        return this.#follower.event(frame);
      case "heads":
        this.rooms.heads(frame.heads);
        return this.#follower.heads(frame.heads);
      case "hb":
        return this.#follower.heads(frame.heads ?? {});
      case "typing":
        return frame.user === this.me.id ? undefined : this.people.startTyping(frame.room, frame.user);
      case "reset":
        return void this.#follower.reset(frame.room);
      case "gone":
        return this.expel(frame.room);
      case "presence":
      case "readers":
      case "notice":
        return take(this, frame);
    }
  }

  #apply(events: RoomEvent[]): void {
    const byRoom = Map.groupBy(events, (event) => event.room);
    for (const [id, batch] of byRoom) {
      const [room, timeline] = [this.rooms.get(id), this.pages.timelines.get(id)];
      const others = batch.filter((event) => event.type === "message.created" && event.sender !== this.me.id);
      if (timeline && room && room.unread === 0 && others.length > 0 && !this.reading.attentive(id))
        timeline.divider = room.read_seq;
      this.rooms.count(id, batch, this.workspace?.role ?? undefined);
      this.threads.apply(batch);
      this.own.bell.apply(batch);
      this.people.gone(batch);
      this.pages.apply(id, batch, this.reading.room === id && this.reading.atBottom);
      for (const event of others) this.people.stopTyping(id, event.sender ?? "");
      const newest = others.at(-1);
      if (newest && this.reading.room === id)
        this.announced = `${this.people.name(newest.sender ?? "")}: ${withoutSpoilers(String(newest.body.text))}`;
    }
    this.outbox.settle(events);
    this.reading.settle();
  }
}
