/** Reads a JSON value that this browser keeps; `fallback` when there is none or it cannot be read. */
export function recall<T>(key: string, fallback: T): T {
  try {
    const text = localStorage.getItem(`talkoot.${key}`);
    return text === null ? fallback : (JSON.parse(text) as T);
  } catch {
    return fallback;
  }
}

/** Keeps a JSON value in this browser; null removes it. A full or forbidden storage is no reason to stop. */
export function keep(key: string, value: unknown): void {
  try {
    if (value === null) localStorage.removeItem(`talkoot.${key}`);
    else localStorage.setItem(`talkoot.${key}`, JSON.stringify(value));
  } catch {
    // Private windows may refuse; the page works on without.
  }
}

/** Forgets what was kept for a person, when they sign out. */
export function forget(user: string): void {
  for (const key of Object.keys(localStorage)) {
    if (key.startsWith("talkoot.") && key.includes(user)) localStorage.removeItem(key);
  }
}
