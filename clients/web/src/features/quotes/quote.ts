import type { Message, Quote } from "../../lib/wire";

/** What a message that quotes this one shows of it, until the server says so. */
export function quoteOf(message: Message): Quote {
  if (!message.text && message.quote) return message.quote;
  return {
    message: message.id,
    room: message.room,
    thread: message.thread,
    sender: message.sender.id,
    text: message.text,
    ts: message.ts,
    files: message.attachments?.length ?? 0,
    gone: false,
  };
}

const LINKS = 3;

/** The messages that a text links to, by their ids: links that were copied here. */
export function linkedIn(text: string, origin: string): string[] {
  const found = text.matchAll(/https?:\/\/[^\s/]+\/r\/[0-9a-f-]{36}\/m\/([0-9a-f-]{36})/gi);
  const ids = [...found].filter(([url]) => url.startsWith(`${origin}/`)).map(([, id]) => id!);
  return [...new Set(ids)].slice(0, LINKS);
}
