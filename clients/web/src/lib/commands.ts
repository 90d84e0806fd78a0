/** What somebody wants to send: a command, or a text. */
export type Said = { kind: "text"; text: string } | { kind: "command"; name: string; args: string };

const COMMAND = /^\/([a-z][a-z0-9_-]{0,31})(?:\s+([^]*))?$/i;
const EMOJI = String.raw`\p{RI}{2}|\p{Extended_Pictographic}[\p{EMod}\u{FE0F}\u{200D}\p{Extended_Pictographic}]*`;
const STATUS = new RegExp(String.raw`^(:[a-z0-9_+-]{1,64}:|${EMOJI})\s*([^]*)$`, "u");
const BEGUN = /^\/([a-z0-9_-]*)$/i;

/** A text that begins with `/` and a name is a command; `/etc/hosts` is none, and `//` begins a text with `/`. */
export function said(written: string): Said {
  const text = written.trim();
  const found = COMMAND.exec(text);
  if (found) return { kind: "command", name: found[1]!.toLowerCase(), args: (found[2] ?? "").trim() };
  return { kind: "text", text: text.startsWith("//") ? text.slice(1) : text };
}

/** The name of a command that is being written before the caret, without its slash; null if none is. */
export function commandBefore(text: string, caret: number): string | null {
  return BEGUN.exec(text.slice(0, caret))?.[1]?.toLowerCase() ?? null;
}

/** How many minutes "45", "30m", "2 hours" or "1d" are; null for anything else. */
export function minutesOf(text: string): number | null {
  const found = /^(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?)?$/i.exec(text.trim());
  if (!found || Number(found[1]) === 0) return null;
  const unit = { h: 60, d: 24 * 60 }[(found[2] ?? "m")[0]!.toLowerCase()] ?? 1;
  return Number(found[1]) * unit;
}

/** The emoji at the beginning of a status, if there is one, and the rest. */
export function statusOf(text: string): { emoji: string | null; text: string | null } {
  const found = STATUS.exec(text);
  return { emoji: found?.[1] ?? null, text: (found ? found[2]! : text).trim() || null };
}
