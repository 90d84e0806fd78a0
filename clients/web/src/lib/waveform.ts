/** How loud a voice message is: one number from 0 to 1 for each of some equal parts. */

const PARTS = 64;
const MOST = 128;

/** The loudest of each part of what was heard, and the loudest of all is 1. */
export function reduced(heard: readonly number[], parts = PARTS): number[] {
  if (heard.length === 0) return [0, 0];
  const loudest = Math.max(...heard, 0.05);
  const count = Math.max(2, Math.min(parts, heard.length));
  return Array.from({ length: count }, (_, part) => {
    const from = Math.floor((part * heard.length) / count);
    const to = Math.max(from + 1, Math.floor(((part + 1) * heard.length) / count));
    return Math.max(0, ...heard.slice(from, to)) / loudest;
  });
}

/** As it is on the wire: a byte each, base64url. */
export function encoded(levels: readonly number[]): string {
  const bytes = levels.map((level) => Math.round(Math.min(1, Math.max(0, level)) * 255));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** What came over the wire; flat for what can not be read. */
export function decoded(waveform: string): number[] {
  try {
    const bytes = atob(waveform.replaceAll("-", "+").replaceAll("_", "/"));
    return [...bytes.slice(0, MOST)].map((byte) => byte.charCodeAt(0) / 255);
  } catch {
    return [0, 0];
  }
}

/** Seconds as people say them: `1:05`. */
export function minutes(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, rest] = [Math.floor(whole / 3600), whole % 3600];
  const ending = String(rest % 60).padStart(2, "0");
  const middle = Math.floor(rest / 60);
  return hours ? `${hours}:${String(middle).padStart(2, "0")}:${ending}` : `${middle}:${ending}`;
}
