import { SvelteMap } from "svelte/reactivity";
import { api } from "../lib/api";
import type { Id, Presence, RoomEvent, User } from "../lib/wire";
import { Statuses } from "./statuses.svelte";

const TYPING_MS = 6_000;

/** The people this client has heard of: who they are, whether they are here, and where they type. */
export class People {
  readonly users = new SvelteMap<Id, User>();
  readonly presence = new SvelteMap<Id, Presence>();
  readonly statuses = new Statuses();
  readonly typing = new SvelteMap<Id, Id[]>();
  #asked = new Set<Id>();
  #timers = new Map<string, ReturnType<typeof setTimeout>>();

  add(...users: User[]): void {
    for (const user of users) this.users.set(user.id, user);
  }

  /** Adds those who are not known yet: what was said with an old message is older than what we know. */
  meet(...users: User[]): void {
    for (const user of users) if (!this.users.has(user.id)) this.users.set(user.id, user);
  }

  /** Who has left for good has no name any more. */
  gone(events: readonly RoomEvent[]): void {
    for (const { type, body } of events) {
      if (type !== "member.left" || body.deleted !== true) continue;
      this.add({ id: body.user as Id, username: "", display_name: "Deleted user", bot: false });
    }
  }

  get(id: Id): User {
    const known = this.users.get(id);
    if (known) return known;
    this.#ask(id);
    return { id, username: "", display_name: "Somebody", bot: false };
  }

  name(id: Id): string {
    return this.get(id).display_name;
  }

  stateOf(id: Id): Presence {
    return this.presence.get(id) ?? "offline";
  }

  startTyping(room: Id, user: Id): void {
    const key = `${room} ${user}`;
    clearTimeout(this.#timers.get(key));
    this.#timers.set(
      key,
      setTimeout(() => this.stopTyping(room, user), TYPING_MS),
    );
    const others = this.typing.get(room) ?? [];
    if (!others.includes(user)) this.typing.set(room, [...others, user]);
  }

  stopTyping(room: Id, user: Id): void {
    const left = (this.typing.get(room) ?? []).filter((other) => other !== user);
    if (left.length > 0) this.typing.set(room, left);
    else this.typing.delete(room);
  }

  #ask(id: Id): void {
    if (!id || this.#asked.has(id)) return;
    this.#asked.add(id);
    api.get<User>(`/users/${id}`).then(
      (user) => this.add(user),
      () => setTimeout(() => this.#asked.delete(id), 30_000),
    );
  }
}
