import { api, ApiError, csrfToken, problemOfText } from "./api";
import { backoff } from "./backoff";
import { keep, recall } from "./storage";
import type { Upload } from "./uploads";
import type { Id, UploadedFile } from "./wire";

/** What one request brings, in bytes: so much is sent again after the connection broke. */
export const PIECE = 5 * 1024 * 1024;
const KNOWN = "uploads";
const MOST_KNOWN = 20;
const TRIES = 8; // in a row that bring nothing, before the person is asked

type Tell = (share: number, waiting: boolean) => void;

/** Sends a large file in pieces by the tus protocol, and goes on where it stopped, after a reload too. */
export function uploadInParts(room: Id, file: File, tell: Tell): Upload {
  const sending = new Sending(room, file, tell);
  return { done: sending.all(), stop: () => sending.stop() };
}

class Sending {
  readonly #mark: string;
  #path = "";
  #request: XMLHttpRequest | null = null;
  #stopped = false;
  #wake: () => void = () => undefined;

  constructor(
    private readonly room: Id,
    private readonly file: File,
    private readonly tell: Tell,
  ) {
    this.#mark = mark(`${room}|${file.name}|${file.size}|${file.lastModified}`);
  }

  async all(): Promise<UploadedFile> {
    this.#path = recall<Record<string, string>>(KNOWN, {})[this.#mark] ?? "";
    let failed = 0;
    let offset = -1; // not known: to be asked
    for (;;) {
      try {
        if (this.#stopped) throw stopped();
        if (!this.#path) offset = await this.#begin();
        if (offset < 0) offset = await this.#come();
        if (offset === this.file.size) return await this.#finished();
        offset = await this.#send(offset);
        failed = 0;
      } catch (error) {
        if (!(error instanceof ApiError) || this.#stopped) throw this.#stopped ? stopped() : error;
        const gone = error.status === 404 && this.#path !== "";
        const surprised = gone || error.code === "wrong_offset"; // nothing is broken: on at once
        if (!surprised && !error.retryable) throw error;
        if (gone) this.#remember("");
        failed += 1;
        if (failed > TRIES) throw error;
        offset = -1;
        if (!surprised) await this.#pause(backoff(Math.min(failed, 4)));
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#request?.abort();
    this.#wake();
    const path = this.#path;
    this.#remember("");
    if (path) void this.#ask("DELETE", path).catch(() => undefined);
  }

  async #begin(): Promise<number> {
    const name = btoa(String.fromCharCode(...new TextEncoder().encode(this.file.name || "file")));
    const answer = await this.#ask("POST", `/api/v1/uploads?room=${encodeURIComponent(this.room)}`, {
      "Upload-Length": String(this.file.size),
      "Upload-Metadata": `filename ${name}`,
    });
    this.#remember(answer.getResponseHeader("Location") ?? "");
    return 0;
  }

  async #come(): Promise<number> {
    const answer = await this.#ask("HEAD", this.#path);
    return Number(answer.getResponseHeader("Upload-Offset"));
  }

  async #send(offset: number): Promise<number> {
    const piece = this.file.slice(offset, offset + PIECE);
    const headers: Record<string, string> = {
      "Upload-Offset": String(offset),
      "Content-Type": "application/offset+octet-stream",
    };
    const sum = await sha256(piece);
    if (sum) headers["Upload-Checksum"] = `sha256 ${sum}`;
    const answer = await this.#ask("PATCH", this.#path, headers, piece, (sent) =>
      this.tell((offset + sent) / this.file.size, false),
    );
    return Number(answer.getResponseHeader("Upload-Offset"));
  }

  async #finished(): Promise<UploadedFile> {
    const { file } = await api.get<{ file: UploadedFile | null }>(this.#path.replace("/api/v1", ""));
    this.#remember("");
    if (!file) throw new ApiError(503, "unavailable", "The file is not there yet.", true);
    return file;
  }

  #ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body: Blob | null = null,
    progress?: (sent: number) => void,
  ): Promise<XMLHttpRequest> {
    const request = new XMLHttpRequest();
    if (method !== "DELETE") this.#request = request;
    return new Promise((resolve, reject) => {
      if (progress) request.upload.onprogress = (event) => progress(event.loaded);
      request.onload = () => {
        if (request.status < 300) resolve(request);
        else reject(problemOfText(request.status, request.responseText));
      };
      request.onerror = () =>
        reject(new ApiError(0, "offline", "The connection broke. Try again when you are online.", true));
      request.onabort = () => reject(stopped());
      request.open(method, path);
      const token = csrfToken();
      if (token) request.setRequestHeader("X-CSRF-Token", token);
      for (const [name, value] of Object.entries({ "Tus-Resumable": "1.0.0", ...headers }))
        request.setRequestHeader(name, value);
      request.send(body);
    });
  }

  /** Waits, or until the connection is there again. */
  async #pause(time: number): Promise<void> {
    this.tell(-1, true);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, time);
      this.#wake = () => (clearTimeout(timer), resolve());
      addEventListener("online", this.#wake, { once: true });
    });
    removeEventListener("online", this.#wake);
  }

  #remember(path: string): void {
    this.#path = path;
    const { [this.#mark]: _, ...others } = recall<Record<string, string>>(KNOWN, {});
    const known = Object.entries(path ? { ...others, [this.#mark]: path } : others).slice(-MOST_KNOWN);
    keep(KNOWN, known.length > 0 ? Object.fromEntries(known) : null);
  }
}

function stopped(): ApiError {
  return new ApiError(0, "stopped", "It was stopped.", true);
}

/** The sum in Base64; null where a page may not compute any, which is without TLS. */
async function sha256(piece: Blob): Promise<string | null> {
  if (!globalThis.crypto?.subtle) return null;
  const digest = await crypto.subtle.digest("SHA-256", await piece.arrayBuffer());
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

/** Names a file without telling what it is called: what is kept outlives the session. */
function mark(text: string): string {
  let [a, b] = [0xdeadbeef, 0x41c6ce57];
  for (let at = 0; at < text.length; at += 1) {
    a = Math.imul(a ^ text.charCodeAt(at), 2654435761);
    b = Math.imul(b ^ text.charCodeAt(at), 1597334677);
  }
  return ((a >>> 0).toString(36) + (b >>> 0).toString(36)).padStart(8, "x");
}
