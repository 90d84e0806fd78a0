import { SvelteMap } from "svelte/reactivity";
import type { Id, Sign } from "../lib/wire";

const LONGEST = 0x7fffffff; // milliseconds that a timer of the browser can wait

/** What people show beside their names. The server tells changes; that a time is over is seen here. */
export class Signs {
  #said = new SvelteMap<Id, Sign>();
  #now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Of these people exactly this is known. */
  replace(users: readonly Id[], signs: Record<Id, Sign>): void {
    for (const user of users) this.put(user, signs[user] ?? {});
  }

  put(user: Id, sign: Sign): void {
    if (sign.emoji || sign.text || sign.quiet_until) this.#said.set(user, sign);
    else this.#said.delete(user);
    this.#look();
  }

  /** What somebody shows at this moment. */
  of(user: Id): Sign {
    const sign = this.#said.get(user);
    if (!sign) return {};
    const holds = (until: string | null | undefined) => until == null || Date.parse(until) > this.#now;
    return {
      ...(holds(sign.until) ? { emoji: sign.emoji, text: sign.text, until: sign.until } : {}),
      ...(sign.quiet_until && holds(sign.quiet_until) ? { quiet_until: sign.quiet_until } : {}),
    };
  }

  /** Looks at the clock again when the next time is over. */
  #look(): void {
    clearTimeout(this.#timer);
    this.#now = Date.now();
    const ends = [...this.#said.values()]
      .flatMap((sign) => [sign.until, sign.quiet_until])
      .map((until) => (until ? Date.parse(until) : 0))
      .filter((until) => until > this.#now);
    if (ends.length === 0) return;
    const wait = Math.min(...ends) - this.#now + 50;
    this.#timer = setTimeout(() => this.#look(), Math.min(wait, LONGEST));
  }
}
