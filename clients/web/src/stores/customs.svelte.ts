import { api } from "../lib/api";
import { type Customs, customsOf } from "../lib/custom";
import type { CustomEmoji, Id, Page } from "../lib/wire";

const AGAIN = 30_000; // milliseconds between two looks because of a name that is not known

/** The emoji of the workspace that is shown. */
class CustomEmojis {
  items = $state.raw<CustomEmoji[]>([]);
  pictures = $state.raw<Customs>(new Map());
  #workspace: Id | null = null;
  #read = 0;

  /** Reads them anew; what was there stays when that fails. */
  async read(workspace: Id): Promise<void> {
    if (this.#workspace !== workspace) this.#show(workspace, []);
    this.#read = Date.now();
    const { items } = await api.get<Page<CustomEmoji>>(`/workspaces/${workspace}/emoji`);
    if (this.#workspace === workspace) this.#show(workspace, items);
  }

  /** Somebody has used one that is not known here: it may have been added since. */
  missed(): void {
    if (this.#workspace && Date.now() - this.#read > AGAIN)
      void this.read(this.#workspace).catch(() => undefined);
  }

  #show(workspace: Id, items: CustomEmoji[]): void {
    this.#workspace = workspace;
    this.items = items;
    this.pictures = customsOf(workspace, items);
  }
}

export const customs = new CustomEmojis();
