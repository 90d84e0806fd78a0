/** When a status ends, or a pause: by the clock of this device. */
export const ENDS = [
  { name: "half", label: "In 30 minutes" },
  { name: "hour", label: "In an hour" },
  { name: "four", label: "In 4 hours" },
  { name: "today", label: "At the end of today" },
  { name: "week", label: "At the end of this week" },
] as const;

export const PAUSES = [
  { name: "half", label: "30 minutes" },
  { name: "hour", label: "An hour" },
  { name: "tomorrow", label: "Until tomorrow at 9" },
] as const;

export const PROPOSED = [
  { emoji: "🗓️", text: "In a meeting", ends: "hour" },
  { emoji: "🎧", text: "Concentrating", ends: "four" },
  { emoji: "🏠", text: "Working from home", ends: "today" },
  { emoji: "🤒", text: "Off sick", ends: "today" },
  { emoji: "🏖️", text: "On holiday", ends: "never" },
];

const MINUTE = 60_000;

/** The moment of such a name; null for none. */
export function endOf(name: string, now: Date): Date | null {
  const day = (ahead: number, hour = 0) =>
    new Date(now.getFullYear(), now.getMonth(), now.getDate() + ahead, hour);
  const after = (minutes: number) => new Date(now.getTime() + minutes * MINUTE);
  if (name === "half") return after(30);
  if (name === "hour") return after(60);
  if (name === "four") return after(240);
  if (name === "today") return day(1);
  if (name === "week") return day((8 - now.getDay()) % 7 || 7);
  if (name === "tomorrow") return day(1, 9);
  return null;
}
