import { ApiError, api, sentence } from "../lib/api";
import type { FoundMessage, Id, Page } from "../lib/wire";
import type { People } from "./people.svelte";

const PAUSE_MS = 250;
const TRIES = 4; // pages that may come empty although there is more

/** Searching while somebody types: only the last question is answered. */
export class MessageSearch {
  found = $state.raw<FoundMessage[]>([]);
  next = $state<string | null>(null);
  problem = $state("");
  busy = $state(false);
  /** What `found` answers; empty before the first answer. */
  answered = $state("");
  /** Whether the best come first, and only they, or the newest. */
  best = $state(false);
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly workspace: Id,
    private readonly people: People,
  ) {}

  type(wanted: string): void {
    clearTimeout(this.#timer);
    this.#asked++;
    if (wanted.trim()) this.#timer = setTimeout(() => void this.#ask(wanted), PAUSE_MS);
    else this.#show("", [], null);
  }

  async older(): Promise<void> {
    if (this.next && !this.busy) await this.#ask(this.answered, this.next);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#asked++;
  }

  async #ask(wanted: string, after?: string): Promise<void> {
    const number = ++this.#asked;
    const query = new URLSearchParams({ workspace: this.workspace, q: wanted, ...(after && { after }) });
    if (this.best) query.set("sort", "best");
    this.busy = true;
    try {
      let page = await api.get<Page<FoundMessage>>(`/search?${query}`);
      for (let n = 1; n < TRIES && !page.items.length && page.next && number === this.#asked; n++) {
        query.set("after", page.next);
        page = await api.get<Page<FoundMessage>>(`/search?${query}`);
      }
      if (number !== this.#asked) return;
      this.people.meet(...page.items.map((message) => message.sender));
      this.#show(wanted, after ? [...this.found, ...page.items] : page.items, page.next);
    } catch (error) {
      if (number !== this.#asked) return;
      if (!after) this.#show("", [], null);
      this.problem = (error instanceof ApiError && error.fields[0]?.detail) || sentence(error);
    } finally {
      if (number === this.#asked) this.busy = false;
    }
  }

  #show(answered: string, found: FoundMessage[], next: string | null): void {
    this.answered = answered;
    this.found = found;
    this.next = next;
    this.problem = "";
    this.busy = false;
  }
}
