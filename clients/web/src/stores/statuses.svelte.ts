import { SvelteMap } from "svelte/reactivity";
import type { Id, UserStatus } from "../lib/wire";

const LONGEST = 0x7fffffff; // milliseconds that a timer of the browser can wait

/** What people show beside their names. The server tells changes; that a time is over is seen here. */
export class Statuses {
  #said = new SvelteMap<Id, UserStatus>();
  #now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Of these people exactly this is known. */
  replace(users: readonly Id[], statuses: Record<Id, UserStatus>): void {
    for (const user of users) this.put(user, statuses[user] ?? {});
  }

  put(user: Id, status: UserStatus): void {
    if (status.emoji || status.text || status.quiet_until) this.#said.set(user, status);
    else this.#said.delete(user);
    this.#look();
  }

  /** What somebody shows at this moment. */
  of(user: Id): UserStatus {
    const status = this.#said.get(user);
    if (!status) return {};
    const holds = (until: string | null | undefined) => until == null || Date.parse(until) > this.#now;
    return {
      ...(holds(status.until) ? { emoji: status.emoji, text: status.text, until: status.until } : {}),
      ...(status.quiet_until && holds(status.quiet_until) ? { quiet_until: status.quiet_until } : {}),
    };
  }

  /** Looks at the clock again when the next time is over. */
  #look(): void {
    clearTimeout(this.#timer);
    this.#now = Date.now();
    const ends = [...this.#said.values()]
      .flatMap((status) => [status.until, status.quiet_until])
      .map((until) => (until ? Date.parse(until) : 0))
      .filter((until) => until > this.#now);
    if (ends.length === 0) return;
    const wait = Math.min(...ends) - this.#now + 50;
    this.#timer = setTimeout(() => this.#look(), Math.min(wait, LONGEST));
  }
}
