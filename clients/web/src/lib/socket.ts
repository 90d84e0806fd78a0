import { ApiError, api } from "./api";
import { afterClose } from "./backoff";
import type { ClientFrame, Id, ServerFrame, Welcome } from "./wire";

export type Status = "connecting" | "open" | "waiting" | "stopped";
export type Stop = "signed-out" | "forbidden" | "version" | "closed";

export interface SocketEvents {
  status(status: Status, why?: Stop): void;
  welcome(frame: Welcome): void;
  frame(frame: ServerFrame): void;
  /** The last position of each subscribed room, for the heartbeat. */
  seen(): Record<Id, number>;
}

export class RefusedFrame extends Error {
  constructor(
    readonly code: string,
    readonly retryable: boolean,
    readonly retryAfter: number | null,
  ) {
    super(code);
  }
}

interface Waiting {
  resolve: (frame: ServerFrame) => void;
  reject: (error: RefusedFrame) => void;
}

const LOST = new RefusedFrame("connection_lost", true, null);

/** One connection that comes back: tickets, hello, references, heartbeats and the wait between attempts. */
export class Socket {
  #ws: WebSocket | null = null;
  #refs = new Map<number, Waiting>();
  #ref = 0;
  #attempt = 0;
  #drainMs: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #beat: ReturnType<typeof setTimeout> | undefined;
  #unanswered = 0;
  #stopped = true;
  #ready = false;

  constructor(private readonly events: SocketEvents) {}

  start(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    addEventListener("online", this.#hurry);
    addEventListener("offline", this.#lost);
    document.addEventListener("visibilitychange", this.#hurry);
    void this.#open();
  }

  stop(why: Stop = "closed"): void {
    if (this.#stopped) return;
    this.#stopped = true;
    removeEventListener("online", this.#hurry);
    removeEventListener("offline", this.#lost);
    document.removeEventListener("visibilitychange", this.#hurry);
    clearTimeout(this.#timer);
    this.#drop();
    this.events.status("stopped", why);
  }

  get ready(): boolean {
    return this.#ready;
  }

  /** Sends a frame and resolves with its reply; rejects with `RefusedFrame` when refused or when the connection is lost. */
  ask<T extends ServerFrame>(frame: ClientFrame): Promise<T> {
    if (!this.#ready) return Promise.reject(LOST);
    const ref = ++this.#ref;
    return new Promise<T>((resolve, reject) => {
      this.#refs.set(ref, { resolve: (answer) => resolve(answer as T), reject });
      this.#write({ ...frame, ref });
    });
  }

  /** Sends a frame whose loss does no harm. */
  tell(frame: ClientFrame): void {
    if (this.#ready) this.#write(frame);
  }

  #write(frame: ClientFrame): void {
    this.#ws?.send(JSON.stringify(frame));
  }

  async #open(): Promise<void> {
    clearTimeout(this.#timer);
    this.events.status("connecting");
    let ticket: string;
    try {
      ticket = (await api.post<{ ticket: string }>("/ws-ticket")).ticket;
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) this.stop("signed-out");
      else if (error instanceof ApiError && error.status === 403) this.stop("forbidden");
      else this.#again(1006);
      return;
    }
    if (this.#stopped) return;
    const url = new URL("/api/v1/ws", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const ws = new WebSocket(url, "talkoot.v1");
    this.#ws = ws;
    ws.onopen = () => this.#write({ op: "hello", ticket });
    ws.onmessage = (event: MessageEvent<string>) => this.#read(JSON.parse(event.data) as ServerFrame);
    ws.onclose = (event) => {
      if (this.#ws !== ws) return;
      this.#drop();
      this.#again(event.code);
    };
  }

  #read(frame: ServerFrame): void {
    if (frame.op === "welcome") {
      this.#ready = true;
      this.#attempt = 0;
      this.#drainMs = null;
      this.#unanswered = 0;
      this.#schedule(frame.heartbeat * 1000, Math.random());
      this.events.status("open");
      this.events.welcome(frame);
      return;
    }
    if (frame.op === "drain") this.#drainMs = frame.after_ms;
    this.events.frame(frame);
    const ref = "ref" in frame ? frame.ref : null;
    const waiting = typeof ref === "number" ? this.#refs.get(ref) : undefined;
    if (typeof ref !== "number" || !waiting) return;
    this.#refs.delete(ref);
    if (frame.op === "nack")
      waiting.reject(new RefusedFrame(frame.code, frame.retryable, frame.retry_after ?? null));
    else if (frame.op === "error") waiting.reject(new RefusedFrame(frame.code, frame.retryable, null));
    else waiting.resolve(frame);
  }

  /** The first beat comes at a random share of the interval, so that clients spread out. */
  #schedule(interval: number, share = 1): void {
    clearTimeout(this.#beat);
    this.#beat = setTimeout(() => {
      // A server that answers no beat is gone, whatever the operating system believes.
      if (this.#unanswered >= 2) return this.#ws?.close(4000, "no heartbeat");
      this.#unanswered += 1;
      this.ask({ op: "hb", seen: this.events.seen() }).then(
        () => (this.#unanswered = 0),
        () => undefined,
      );
      this.#schedule(interval);
    }, interval * share);
  }

  #drop(): void {
    clearTimeout(this.#beat);
    this.#ready = false;
    const ws = this.#ws;
    this.#ws = null;
    if (ws) {
      ws.onclose = ws.onmessage = ws.onopen = null;
      ws.close();
    }
    const lost = [...this.#refs.values()];
    this.#refs.clear();
    for (const waiting of lost) waiting.reject(LOST);
  }

  #again(code: number): void {
    const next = afterClose(code, this.#attempt, this.#drainMs);
    this.#drainMs = null;
    if (!next.retry) return this.stop(next.why);
    this.#attempt += 1;
    this.events.status("waiting");
    this.#timer = setTimeout(() => void this.#open(), next.wait);
  }

  /** The network is gone: a socket would find that out only after its heartbeats. */
  #lost = (): void => {
    if (!this.#ws) return;
    this.#drop();
    this.#again(1006);
  };

  /** The network came back, or the person did: do not sit out a long wait. */
  #hurry = (): void => {
    if (this.#stopped || this.#ws || document.hidden || this.#attempt < 3) return;
    clearTimeout(this.#timer);
    this.#attempt = 1;
    this.#timer = setTimeout(() => void this.#open(), Math.random() * 1000);
  };
}
