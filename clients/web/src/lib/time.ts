import type { Time } from "./wire";

const formats = new Map<string, Intl.DateTimeFormat>();

function format(
  zone: string,
  name: string,
  options: Intl.DateTimeFormatOptions,
  locale?: string,
): Intl.DateTimeFormat {
  const key = `${zone} ${name}`;
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, { timeZone: zone, ...options });
    formats.set(key, found);
  }
  return found;
}

/** The time zone of the browser. */
export const localZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** `zone` if the browser knows it, else the browser's own. */
export function knownZone(zone: string | null | undefined): string {
  try {
    if (zone) return new Intl.DateTimeFormat(undefined, { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    // A name that only the server knows.
  }
  return localZone();
}

/** All time zones that may be chosen. */
export const allZones = (): string[] => [...new Set(["UTC", ...Intl.supportedValuesOf("timeZone")])];

/** The calendar day, `2026-11-21`. */
export const dayKey = (ts: Time, zone: string): string =>
  format(zone, "key", { year: "numeric", month: "2-digit", day: "2-digit" }, "en-CA").format(new Date(ts));

export const clock = (ts: Time, zone: string): string =>
  format(zone, "clock", { hour: "2-digit", minute: "2-digit" }).format(new Date(ts));

export const full = (ts: Time, zone: string): string =>
  format(zone, "full", { dateStyle: "full", timeStyle: "short" }).format(new Date(ts));

export const short = (ts: Time, zone: string): string =>
  format(zone, "short", { dateStyle: "medium", timeStyle: "short" }).format(new Date(ts));

/** "Today", "Yesterday", or the date. */
export function dayLabel(ts: Time, zone: string, now: Date = new Date()): string {
  const key = dayKey(ts, zone);
  if (key === dayKey(now.toISOString(), zone)) return "Today";
  if (key === dayKey(new Date(now.getTime() - 86_400_000).toISOString(), zone)) return "Yesterday";
  const thisYear = key.slice(0, 4) === dayKey(now.toISOString(), zone).slice(0, 4);
  return format(zone, thisYear ? "day" : "day-year", {
    weekday: "long",
    day: "numeric",
    month: "long",
    ...(thisYear ? {} : { year: "numeric" }),
  }).format(new Date(ts));
}
