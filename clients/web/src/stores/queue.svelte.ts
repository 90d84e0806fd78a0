import { api } from "../lib/api";
import type { Id, Notice } from "../lib/wire";

const LISTS = ["held", "reports", "appeals"];
const COUNTED = 100; // of each list

/** How much waits for us as moderators in the workspace that is shown. */
class Queue {
  count = $state(0);
  #workspace: Id | null = null;

  /** Another workspace is shown; who moderates none of it hears of what they may decide on by notices. */
  watch(workspace: Id | null, moderates: boolean): void {
    this.#workspace = workspace;
    this.count = 0;
    if (moderates) void this.look();
  }

  told(notice: Extract<Notice, { kind: "to_decide" }>): void {
    if (notice.workspace === this.#workspace) void this.look();
  }

  async look(): Promise<void> {
    const workspace = this.#workspace;
    if (workspace === null) return;
    const read = (list: string) =>
      api.get<{ items: unknown[] }>(`/workspaces/${workspace}/${list}?limit=${COUNTED}`);
    const found = await Promise.all(LISTS.map(read)).catch(() => null); // the next notice looks again
    if (found && workspace === this.#workspace)
      this.count = found.reduce((sum, { items }) => sum + items.length, 0);
  }
}

export const queue = new Queue();
