import type { Notice } from "./wire";

const DONE = { mute: "muted", ban: "banned", kick: "taken out" };

/** A sentence about what moderators did to us. */
export function sanctionText(notice: Extract<Notice, { kind: "sanction" }>): string {
  const where = notice.room ? "in a room" : "in this workspace";
  if (notice.ended) return `You are no longer ${DONE[notice.sanction]} ${where}.`;
  const until = notice.until ? ` until ${new Date(notice.until).toLocaleString()}` : "";
  return `You were ${DONE[notice.sanction]} ${where}${until}. ${notice.reason}`.trim();
}
