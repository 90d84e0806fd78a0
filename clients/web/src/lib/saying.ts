import { beginning } from "./extras";
import type { Message } from "./wire";

/** What a message says, in a few words, where it is one of a list. */
export function saying({ deleted, post, text, quote }: Message): string {
  if (deleted) return "Deleted message";
  return post?.title || beginning(text) || (quote ? "Passed on" : "Files");
}
