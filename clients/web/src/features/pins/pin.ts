import { api, sentence } from "../../lib/api";
import type { Message } from "../../lib/wire";
import { toasts } from "../../stores/toasts.svelte";

/** Pins a message, or takes its pin away; the event that comes of it shows it. */
export async function pin({ id }: Pick<Message, "id">, away = false): Promise<void> {
  const path = `/messages/${id}/pin`;
  await (away ? api.delete(path) : api.put(path)).catch((error) => toasts.add(sentence(error)));
}
