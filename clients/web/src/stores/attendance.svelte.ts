import type { Socket } from "../lib/socket";
import type { Id, Presence, UserStatus } from "../lib/wire";
import type { People } from "./people.svelte";
import { Readers } from "./readers.svelte";
import type { Rooms } from "./rooms.svelte";

const WATCHED = 200;
const AWAY_MS = 5 * 60_000;
const TYPING_EVERY_MS = 3_000;

/** Who is here: tells of ourselves and asks about those who are on the screen. */
export class Attendance {
  readonly readers: Readers;
  #shown = new Set<Id>();
  #wrote: readonly Id[] = [];
  #asked = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #away = false;
  #typed = 0;

  constructor(
    private readonly socket: Socket,
    private readonly people: People,
    private readonly rooms: Rooms,
    private readonly me: Id,
  ) {
    this.readers = new Readers(socket);
  }

  watch(): () => void {
    const look = () => this.#look();
    document.addEventListener("visibilitychange", look);
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", look);
    };
  }

  /** Asks for these people too, as long as they are shown. */
  show(users: readonly Id[]): void {
    this.#shown = new Set(users);
    this.subscribe();
  }

  /** Those who wrote what is on the screen, the newest first. */
  wrote(users: readonly Id[]): void {
    this.#wrote = users;
    this.subscribe();
  }

  subscribe(again = false): void {
    const partners = this.rooms.direct.flatMap((room) => this.rooms.partner(room) ?? []);
    const users = [...new Set([this.me, ...partners, ...this.#shown, ...this.#wrote])].slice(0, WATCHED);
    const asked = users.toSorted().join();
    if (!this.socket.ready || (asked === this.#asked && !again)) return;
    this.#asked = asked;
    if (again) this.people.presence.clear();
    if (again) this.readers.ask();
    // With a reference: the answer is who is here now.
    this.socket
      .ask({ op: "presence", users, ...(this.#away ? { state: "away" } : {}) })
      .catch(() => undefined);
  }

  told({ users, statuses }: { users: Record<Id, Presence>; statuses?: Record<Id, UserStatus> }): void {
    for (const [user, state] of Object.entries(users)) this.people.presence.set(user, state);
    if (statuses) this.people.statuses.replace(Object.keys(users), statuses);
  }

  /** The person types in a room; the others hear of it every few seconds at most. */
  typing(room: Id): void {
    const now = performance.now();
    if (this.#typed && now - this.#typed < TYPING_EVERY_MS) return;
    this.#typed = now;
    this.socket.tell({ op: "typing", room });
  }

  /** The message is sent: the next one may be announced at once. */
  typed(): void {
    this.#typed = 0;
  }

  #look(): void {
    clearTimeout(this.#timer);
    if (document.hidden) this.#timer = setTimeout(() => this.#state("away"), AWAY_MS);
    else if (this.#away) this.#state("online");
  }

  #state(state: "away" | "online"): void {
    this.#away = state === "away";
    this.socket.tell({ op: "presence", state });
  }
}
