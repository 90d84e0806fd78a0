import { api } from "../lib/api";
import type { Id, Notice } from "../lib/wire";

type QueueNotice = Extract<Notice, { kind: "to_decide" }>;
type What = QueueNotice["what"];

const LISTS: Record<What, string> = { held: "held", report: "reports", appeal: "appeals" };
const ALL = Object.keys(LISTS) as What[];
const COUNTED = 100; // of each list
const PAUSE_MS = 5_000;

/** How much waits for us as moderators in the workspace that is shown. */
class Queue {
  #counts = $state.raw<Partial<Record<What, number>>>({});
  readonly count = $derived(Object.values(this.#counts).reduce((sum, count) => sum + count, 0));
  #workspace: Id | null = null;
  readonly #due = new Set<What>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Another workspace is shown; who moderates none of it hears of what they may decide on by notices. */
  watch(workspace: Id | null, moderates: boolean): void {
    this.#workspace = workspace;
    this.#counts = {};
    this.#due.clear();
    if (moderates) void this.look();
  }

  /** Looks at once, and then not again for a while: in a busy hour many come. */
  told(notice: QueueNotice): void {
    if (notice.workspace !== this.#workspace) return;
    this.#due.add(notice.what);
    if (this.#timer === undefined) this.#next();
  }

  async look(lists: readonly What[] = ALL): Promise<void> {
    const workspace = this.#workspace;
    if (workspace === null) return;
    const read = async (what: What) => {
      const path = `/workspaces/${workspace}/${LISTS[what]}?limit=${COUNTED}`;
      return [what, (await api.get<{ items: unknown[] }>(path)).items.length] as const;
    };
    const found = await Promise.all(lists.map(read)).catch(() => null); // the next notice looks again
    if (found && workspace === this.#workspace)
      this.#counts = { ...this.#counts, ...Object.fromEntries(found) };
  }

  #next(): void {
    const due = [...this.#due];
    this.#due.clear();
    this.#timer = due.length > 0 ? setTimeout(() => this.#next(), PAUSE_MS) : undefined;
    if (due.length > 0) void this.look(due);
  }
}

export const queue = new Queue();
