import { api, sentence } from "../../lib/api";
import type { Workspace } from "../../lib/wire";
import type { Chat } from "../../stores/chat.svelte";
import { toasts } from "../../stores/toasts.svelte";

/** Decides whether messages of the workspace show what the pages they link to say of themselves. */
export async function showPreviews(chat: Chat, link_previews: boolean): Promise<void> {
  try {
    const changed = await api.patch<Workspace>(`/workspaces/${chat.workspace!.id}`, { link_previews });
    chat.workspaces = chat.workspaces.map((other) => (other.id === changed.id ? changed : other));
    chat.workspace = changed;
    toasts.add(link_previews ? "Links are shown with previews." : "Links are shown without previews.");
  } catch (error) {
    toasts.add(sentence(error));
  }
}
