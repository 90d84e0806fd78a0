/** Full jitter: a random wait below a ceiling that doubles from 1 s to 60 s. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(60_000, 1_000 * 2 ** Math.max(0, attempt));
  return Math.round(random() * ceiling);
}

export type Closing =
  { retry: false; why: "signed-out" | "forbidden" | "version" } | { retry: true; wait: number };

/** What the close code of a socket asks of the client. */
export function afterClose(
  code: number,
  attempt: number,
  drainMs: number | null,
  random: () => number = Math.random,
): Closing {
  if (code === 4401) return { retry: false, why: "signed-out" };
  if (code === 4403) return { retry: false, why: "forbidden" };
  if (code === 4426) return { retry: false, why: "version" };
  if (drainMs !== null) return { retry: true, wait: drainMs };
  // Slow or silent connections were ours alone: there is no herd to spread out.
  if ((code === 4409 || code === 4410) && attempt === 0) return { retry: true, wait: 0 };
  return { retry: true, wait: backoff(code === 4413 || code === 4429 ? attempt + 2 : attempt, random) };
}
