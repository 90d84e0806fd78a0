import { api, sentence } from "../../lib/api";
import type { Message } from "../../lib/wire";
import { toasts } from "../../stores/toasts.svelte";
import { ui } from "../../stores/ui.svelte";

/** Puts an emoji under a message, or takes it back; the event that comes of it shows it. */
export async function react(message: Message, emoji: string, back = false): Promise<void> {
  const path = `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`;
  await (back ? api.delete(path) : api.put(path)).catch((error) => toasts.add(sentence(error)));
}

/** Lets the person pick an emoji, beside what they pressed. */
export function pickFor(message: Message, anchor: HTMLElement): void {
  ui.picker = { anchor, pick: (emoji) => void react(message, emoji) };
}
