import { SvelteMap } from "svelte/reactivity";
import { ApiError, api } from "../lib/api";
import { keep, recall } from "../lib/storage";
import type { BotCommand, Id, Invocation, Notice, Page } from "../lib/wire";
import { uuid } from "./outbox.svelte";

type Answered = Extract<Notice, { kind: "command.answered" }>;

const SHOWN_MS = 3_600_000;
const REMEMBERED = 50;

/** The commands of bots in each room, what one ran with them, and what bots said to oneself alone. */
export class Commands {
  readonly #rooms = new SvelteMap<Id, BotCommand[]>();
  readonly #run = new SvelteMap<Id, Invocation>();
  readonly #key: string;
  /** What was sent away stays away, on this device. */
  #gone: Id[];
  /** What was asked and not answered for sure: asked again, it runs once. */
  #unsure: { what: string; cid: Id } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(me: Id) {
    this.#key = `commands.gone.${me}`;
    this.#gone = recall<Id[]>(this.#key, []);
  }

  in(room: Id): readonly BotCommand[] {
    return this.#rooms.get(room) ?? [];
  }

  /** Reads which commands there are in a room now; what was known stays until then. */
  async look(room: Id): Promise<void> {
    this.#rooms.set(room, (await api.get<Page<BotCommand>>(`/rooms/${room}/commands`)).items);
  }

  /** What is shown at a place, the oldest first. */
  at(room: Id, thread: Id | null): Invocation[] {
    const here = [...this.#run.values()].filter((each) => each.room === room && each.thread === thread);
    return here.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async run(room: Id, thread: Id | null, command: string, args: string): Promise<void> {
    const asked = { command, args, ...(thread ? { thread } : {}) };
    const what = JSON.stringify([room, asked]);
    const cid = this.#unsure?.what === what ? this.#unsure.cid : uuid();
    this.#unsure = { what, cid };
    try {
      this.#put(await api.post<Invocation>(`/rooms/${room}/commands`, { ...asked, cid }));
    } catch (error) {
      if (error instanceof ApiError && error.status !== 0 && error.status < 500) this.#unsure = null;
      throw error;
    }
    this.#unsure = null;
  }

  /** A bot has answered; what was run on another device is not known here yet. */
  told({ invocation, text }: Answered): void {
    const known = this.#run.get(invocation);
    if (known) this.#put({ ...known, state: "answered", answer: text });
    else void this.read().catch(() => undefined);
  }

  async read(): Promise<void> {
    const { items } = await api.get<Page<Invocation>>("/users/me/invocations");
    this.#run.clear();
    for (const each of items) if (Date.now() - Date.parse(each.ts) < SHOWN_MS) this.#put(each);
  }

  dismiss(id: Id): void {
    this.#run.delete(id);
    this.#gone = [id, ...this.#gone].slice(0, REMEMBERED);
    keep(this.#key, this.#gone);
  }

  #put(made: Invocation): void {
    const over = made.state === "answered" && made.answer === null;
    if (over || this.#gone.includes(made.id)) return void this.#run.delete(made.id);
    // An answer may have come before what was answered.
    if (made.state === "waiting" && this.#run.get(made.id)?.state === "answered") return;
    this.#run.set(made.id, made);
    if (made.state === "waiting") this.#later(made);
  }

  /** When its time is over, the server says what came of it. */
  #later({ expires_at }: Invocation): void {
    clearTimeout(this.#timer);
    const left = Math.max(0, Date.parse(expires_at) - Date.now());
    this.#timer = setTimeout(() => void this.read().catch(() => undefined), left + 2_000);
  }
}
