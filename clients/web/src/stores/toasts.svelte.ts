import { sanctionText } from "../lib/sanctions";
import type { Notice } from "../lib/wire";
import { queue } from "./queue.svelte";

interface Toast {
  id: number;
  text: string;
}

const SHOWN_MS = 5_000;

/** Short notes at the edge of the page. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  add(text: string): void {
    const id = this.#next++;
    this.list.push({ id, text });
    setTimeout(() => this.drop(id), SHOWN_MS);
  }

  /** What moderators did to us, or about what we told them; or what waits for us as one of them. */
  moderated(notice: Notice): void {
    if (notice.kind === "to_decide") queue.told(notice);
    else if (notice.kind === "sanction") this.add(sanctionText(notice));
    else if (notice.kind === "report") this.add("Moderators have handled what you reported. Thank you.");
    else if (notice.kind === "appeal") this.add(`Your appeal was ${notice.state}. ${notice.reason}`.trim());
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
