import type { SystemLine } from "./merge";
import { dayKey } from "./time";
import type { Id, Message } from "./wire";

export type Row =
  | { kind: "day"; key: string; ts: string }
  | { kind: "new"; key: "new" }
  | { kind: "line"; key: string; line: SystemLine }
  | { kind: "message"; key: string; message: Message; first: boolean };

const GROUP_MS = 5 * 60_000;

/** Whether `message` continues the group that `before` belongs to. */
export function continues(before: Message | null, message: Message, zone: string): boolean {
  return (
    before !== null &&
    before.sender.id === message.sender.id &&
    before.deleted === message.deleted &&
    Date.parse(message.ts) - Date.parse(before.ts) < GROUP_MS &&
    dayKey(before.ts, zone) === dayKey(message.ts, zone)
  );
}

/** What the timeline shows, from top to bottom: day dividers, groups, lines and where the new messages begin. */
export function rows(
  messages: readonly Message[],
  lines: readonly SystemLine[],
  options: { zone: string; divider: number | null; me: Id },
): Row[] {
  const result: Row[] = [];
  let day = "";
  let before: Message | null = null;
  let divided = options.divider === null;
  const entries = [...messages, ...lines].sort((a, b) => a.seq - b.seq);
  for (const entry of entries) {
    const today = dayKey(entry.ts, options.zone);
    if (today !== day) {
      day = today;
      before = null;
      result.push({ kind: "day", key: `day-${entry.id}`, ts: entry.ts });
    }
    if (!("sender" in entry)) {
      before = null;
      result.push({ kind: "line", key: entry.id, line: entry });
      continue;
    }
    if (!divided && entry.seq > options.divider! && entry.sender.id !== options.me) {
      divided = true;
      before = null;
      result.push({ kind: "new", key: "new" });
    }
    result.push({
      kind: "message",
      key: entry.id,
      message: entry,
      first: !continues(before, entry, options.zone),
    });
    before = entry;
  }
  return result;
}
