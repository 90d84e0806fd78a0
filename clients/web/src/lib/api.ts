import type { FieldError, Problem } from "./wire";

/** An answer of the server that is not a success, or no answer at all (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly retryable: boolean,
    readonly fields: FieldError[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }
}

let csrf: string | null = null;
let signedOut: () => void = () => undefined;
let mustEnrol: () => void = () => undefined;

export function setCsrf(token: string | null): void {
  csrf = token;
}

/** What unsafe requests have to carry, where `api` does not send them. */
export function csrfToken(): string | null {
  return csrf;
}

/** The refusal in an answer that `api` did not read. */
export function problemOfText(status: number, text: string): ApiError {
  try {
    const problem = JSON.parse(text) as Partial<Problem>;
    const detail = problem.detail || `The server answered ${status}.`;
    return new ApiError(status, problem.code ?? "unknown", detail, problem.retryable ?? status >= 500);
  } catch {
    return new ApiError(status, "unknown", `The server answered ${status}.`, true);
  }
}

/** Calls `callback` when the server no longer knows our session. */
export function onSignedOut(callback: () => void): void {
  signedOut = callback;
}

/** Calls `callback` when the server wants a second factor to be set up before anything else. */
export function onMustEnrol(callback: () => void): void {
  mustEnrol = callback;
}

async function problemOf(response: Response): Promise<ApiError> {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  try {
    const problem = (await response.json()) as Partial<Problem>;
    const detail = problem.detail || problem.title || `The server answered ${response.status}.`;
    const retryable = problem.retryable ?? response.status >= 500;
    return new ApiError(
      response.status,
      problem.code ?? "unknown",
      detail,
      retryable,
      problem.errors ?? [],
      retryAfter,
    );
  } catch {
    return new ApiError(
      response.status,
      "unknown",
      `The server answered ${response.status}.`,
      true,
      [],
      retryAfter,
    );
  }
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method !== "GET") {
    if (csrf) headers["X-CSRF-Token"] = csrf;
    headers["Content-Type"] = "application/json";
  }
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch {
    throw new ApiError(0, "offline", "The server cannot be reached just now.", true);
  }
  if (!response.ok) {
    const error = await problemOf(response);
    if (error.status === 401 && !path.startsWith("/auth/")) signedOut();
    if (error.code === "second_factor_missing") mustEnrol();
    throw error;
  }
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export const api = {
  get: <T>(path: string) => call<T>("GET", path),
  post: <T>(path: string, body: unknown = {}) => call<T>("POST", path, body),
  put: <T>(path: string, body: unknown = {}) => call<T>("PUT", path, body),
  patch: <T>(path: string, body: unknown) => call<T>("PATCH", path, body),
  delete: <T>(path: string) => call<T>("DELETE", path),
};

/** All pages of a list, joined. */
export async function all<T>(path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const mark: string = path.includes("?") ? "&" : "?";
    const page: { items: T[]; next: string | null } = await api.get(
      `${path}${mark}limit=200${cursor ? `&after=${encodeURIComponent(cursor)}` : ""}`,
    );
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

/** A sentence for the person in front of the screen. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : "That did not work.";
}
