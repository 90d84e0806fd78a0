import type { NotificationItem } from "./wire";

/** Who did what, in words; `me` are told of reactions of others to what they wrote. */
export function happening({ kind, message, reactors }: NotificationItem, me: string): string {
  const who = message.sender.display_name;
  if (kind === "reaction") {
    const [first, second] = reactors?.users ?? [];
    const others = (reactors?.count ?? 1) - 1;
    const more = others > 1 ? ` and ${others} others` : second ? ` and ${second.display_name}` : "";
    const emoji = message.reactions
      .filter(({ count, users }) => count > 1 || users[0] !== me)
      .map((reaction) => reaction.emoji);
    return `${first?.display_name ?? "Somebody"}${more} reacted ${emoji.join(" ")}`;
  }
  return {
    mention: `${who} mentioned you`,
    direct: `${who} wrote to you`,
    reply: `${who} replied in a thread`,
    keyword: `${who} wrote one of your words`,
    message: `${who} wrote`,
    author: `${who} published a post with you as co-author`,
  }[kind];
}
