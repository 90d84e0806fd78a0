import { SvelteMap } from "svelte/reactivity";
import { ApiError, api } from "../lib/api";
import { keep, recall } from "../lib/storage";
import type { Laying } from "./uploads.svelte";
import type { Attachment, Draft, Id, Page } from "../lib/wire";

/** A draft as this browser has it; `dirty` as long as the server does not know of it. */
interface Local {
  room: Id;
  thread: Id | null;
  text: string;
  /** Those that are on the server; what this browser kept before it knew of files has none. */
  files?: readonly Attachment[];
  version: number;
  dirty: boolean;
  /** It is on its way to the server, or nobody knows whether it arrived there. */
  asked?: boolean | undefined;
}

const PAUSE_MS = 1_000;
const TYPING_MS = 10_000;
const FILES = 10;
const NONE: readonly Attachment[] = [];
type News = { text: string; files: readonly Attachment[] };

/** What the person has begun to write: kept in this browser at once, and on the server for their other devices. */
export class Drafts {
  /** By the place: a room, or the first message of a thread. */
  readonly #local = new SvelteMap<Id, Local>();
  /** What another device has made of a draft; a new object each time. */
  readonly news = new SvelteMap<Id, News>();
  readonly #timers = new Map<Id, ReturnType<typeof setTimeout>>();
  readonly #under = new Set<Id>();
  readonly #typed = new Map<Id, number>();
  /** The newest version that was heard of. */
  readonly #newest = new Map<Id, number>();
  readonly #begun = $derived(new Set([...this.#local.values()].filter(says).map(({ room }) => room)));

  constructor(private readonly me: Id) {}

  text(place: Id): string {
    return this.#known(place)?.text ?? "";
  }

  files(place: Id): readonly Attachment[] {
    return this.#known(place)?.files ?? NONE;
  }

  /** Whether something is begun in a room or a thread of it. */
  in(room: Id): boolean {
    return this.#begun.has(room);
  }

  write(room: Id, thread: Id | null, text: string, files = this.files(thread ?? room)): void {
    const place = thread ?? room;
    const { version = 0, asked } = this.#known(place) ?? {};
    this.#put({ room, thread, text, files, version, asked, dirty: true });
    this.#typed.set(place, Date.now());
    this.#soon(place);
  }

  /** Where files lie that are uploaded for what is begun at a place. */
  laying(room: Id, thread: Id | null): Laying {
    const files = () => this.files(thread ?? room);
    return {
      files,
      lay: (file) => {
        // As the server shows them: those that were chosen together are not there in that order.
        const more = [...files(), file].sort((a, b) => (a.id < b.id ? -1 : 1));
        if (more.length <= FILES) this.#have(room, thread, more);
      },
      takeOut: (file) => {
        const left = files().filter(({ id }) => id !== file);
        this.#have(room, thread, left);
      },
    };
  }

  /** It was sent, or is to be sent later. */
  drop(room: Id, thread: Id | null): void {
    this.write(room, thread, "", NONE);
    void this.#push(thread ?? room);
  }

  told({ room, thread, text, attachments, version }: Omit<Draft, "updated_at">): void {
    const place = thread ?? room;
    const known = this.#known(place);
    if (known?.dirty || this.#under.has(place) || known?.version === version) return;
    // A notice may come after the answer to what was written or removed later.
    if (version && version <= (this.#newest.get(place) ?? known?.version ?? 0)) return;
    this.#take({ room, thread, text, files: attachments, version, dirty: false });
  }

  /** What the server has now; what was written here while it was away goes there. */
  async read(): Promise<void> {
    const { items } = await api.get<Page<Draft>>("/drafts");
    const there = new Map(items.map((draft) => [draft.thread ?? draft.room, draft]));
    for (const draft of there.values()) this.told(draft);
    for (const [place, draft] of this.#local) {
      if (draft.dirty) void this.#push(place);
      else if (!there.has(place) && says(draft)) this.#take({ ...draft, text: "", files: NONE, version: 0 });
    }
  }

  #known(place: Id): Local | undefined {
    const known = this.#local.get(place);
    if (known) return known;
    const stored = recall<Local | string | null>(this.#key(place), null);
    if (stored && typeof stored === "object") return stored;
    return stored ? { room: "", thread: null, text: stored, version: 0, dirty: true } : undefined;
  }

  #key = (place: Id) => `draft.${this.me}.${place}`;

  #put(draft: Local): void {
    const place = draft.thread ?? draft.room;
    this.#newest.set(place, Math.max(draft.version, this.#newest.get(place) ?? 0));
    this.#local.set(place, draft);
    keep(this.#key(place), says(draft) || draft.text || draft.dirty ? draft : null);
  }

  #take(draft: Local): void {
    this.#put(draft);
    this.news.set(draft.thread ?? draft.room, { text: draft.text, files: draft.files ?? NONE });
  }

  #have(room: Id, thread: Id | null, files: readonly Attachment[]): void {
    const place = thread ?? room;
    const text = this.text(place);
    this.write(room, thread, text, files);
    this.news.set(place, { text, files });
  }

  #soon(place: Id): void {
    clearTimeout(this.#timers.get(place));
    this.#timers.set(
      place,
      setTimeout(() => void this.#push(place), PAUSE_MS),
    );
  }

  async #push(place: Id): Promise<void> {
    clearTimeout(this.#timers.get(place));
    const draft = this.#local.get(place);
    if (!draft?.dirty) return;
    if (this.#under.has(place)) return this.#soon(place);
    // Most messages are sent before the server has heard of their draft: it has nothing to forget then.
    if (!says(draft) && !draft.version && !draft.asked) return this.#put({ ...draft, dirty: false });
    this.#under.add(place);
    this.#put({ ...draft, asked: true });
    try {
      const version = await this.#send(draft);
      const now = this.#local.get(place) ?? draft;
      this.#put({ ...now, version, asked: false, dirty: !same(now, draft) });
    } catch (error) {
      if (error instanceof ApiError && error.code === "stale_draft") await this.#meet(place, draft);
      // A file of it is not there any more, or in a message by now: the words are kept.
      else if (error instanceof ApiError && error.code === "invalid" && draft.files?.length)
        this.#have(draft.room, draft.thread, NONE);
      // Whatever else is wrong, the text is here, and goes there with the next change or connection.
    } finally {
      this.#under.delete(place);
    }
    if (!same(this.#local.get(place), draft)) this.#soon(place);
  }

  async #send(draft: Local): Promise<number> {
    const { room, thread, version } = draft;
    if (says(draft)) {
      const attachments = (draft.files ?? NONE).map(({ id }) => id);
      const body = { text: draft.text.trim() ? draft.text : "", attachments, version, thread };
      return (await api.put<Draft>(`/drafts/${room}`, body)).version;
    }
    await api.delete(`/drafts/${room}${thread ? `?thread=${thread}` : ""}`);
    return 0;
  }

  /** Another device was faster: who is typing here now is the last to write, else theirs is taken. */
  async #meet(place: Id, mine: Local): Promise<void> {
    const { items } = await api.get<Page<Draft>>("/drafts");
    const theirs = items.find((draft) => (draft.thread ?? draft.room) === place);
    const now = this.#local.get(place) ?? mine;
    const version = theirs?.version ?? 0;
    if (!theirs || Date.now() - (this.#typed.get(place) ?? 0) < TYPING_MS) {
      this.#put({ ...now, version, dirty: true });
      this.#soon(place);
    } else this.#take({ ...mine, text: theirs.text, files: theirs.attachments, version, dirty: false });
  }
}

function says({ text, files }: Local): boolean {
  return text.trim() !== "" || Boolean(files?.length);
}

function same(one: Local | undefined, other: Local): boolean {
  const ids = ({ files = NONE }: Local) => files.map(({ id }) => id).join();
  return one?.text === other.text && ids(one) === ids(other);
}
