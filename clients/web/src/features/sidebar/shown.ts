import { api, sentence } from "../../lib/api";
import type { Workspace } from "../../lib/wire";
import type { Chat } from "../../stores/chat.svelte";
import { toasts } from "../../stores/toasts.svelte";

async function change(chat: Chat, wanted: Partial<Workspace>, said: string): Promise<void> {
  try {
    const changed = await api.patch<Workspace>(`/workspaces/${chat.workspace!.id}`, wanted);
    chat.workspaces = chat.workspaces.map((other) => (other.id === changed.id ? changed : other));
    chat.workspace = changed;
    toasts.add(said);
  } catch (error) {
    toasts.add(sentence(error));
  }
}

/** Decides whether messages of the workspace show what the pages they link to say of themselves. */
export const showPreviews = (chat: Chat, link_previews: boolean): Promise<void> =>
  change(
    chat,
    { link_previews },
    link_previews ? "Links are shown with previews." : "Links are shown without previews.",
  );

/** Decides whether members of small rooms see who has read what. */
export async function showReaders(chat: Chat, read_by: boolean): Promise<void> {
  const said = read_by ? "In small rooms people see who has read what." : "Nobody sees who has read what.";
  await change(chat, { read_by }, said);
  chat.attendance.readers.ask();
}
