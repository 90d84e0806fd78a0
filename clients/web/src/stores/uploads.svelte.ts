import { refusal, type Upload, upload } from "../lib/uploads";
import { api } from "../lib/api";
import type { Attachment, Id } from "../lib/wire";

const MOST = 10;

/** A file that somebody is about to send. */
export interface Chosen {
  key: number;
  name: string;
  size: number;
  share: number;
  /** The connection broke; it goes on by itself. */
  waiting: boolean;
  state: "sending" | "ready" | "failed";
  error: string;
  file: Attachment | null;
}

/** Where files lie until they are sent. */
export interface Laying {
  files(): readonly Attachment[];
  lay(file: Attachment): void;
  takeOut(file: Id): void;
}

/** The files beside the words of one composer, from the choice until they are sent. */
export class Uploads {
  chosen = $state<Chosen[]>([]);
  /** What could not be taken at all. */
  complaint = $state("");
  readonly ready = $derived(this.chosen.every((each) => each.state === "ready"));
  readonly failed = $derived(this.chosen.some((each) => each.state === "failed"));
  #next = 0;
  #sources = new Map<number, File>();
  #waveforms = new Map<number, string>();
  #under = new Map<number, Upload>();

  constructor(
    private readonly room: Id,
    /** The draft in which what was uploaded lies until it is sent. */
    private readonly draft: Laying,
  ) {
    this.show(draft.files());
  }

  /** Files that are on the server already, of a draft: those that are there now, and no others. */
  show(files: readonly Attachment[]): void {
    const wanted = new Map(files.map((file) => [file.id, file]));
    for (const { key, file } of this.chosen) if (file && !wanted.delete(file.id)) this.#forget(key);
    for (const file of wanted.values()) {
      const { name, size } = file;
      const ready = { share: 1, waiting: false, state: "ready", error: "" } as const;
      this.chosen.push({ key: this.#next++, name, size, ...ready, file });
    }
  }

  /** Whether it took them all; a voice message is a file with a waveform. */
  add(files: Iterable<File>, waveform?: string): boolean {
    this.complaint = "";
    for (const file of files) {
      if (this.chosen.length >= MOST) {
        this.complaint = `A message takes ${MOST} files: send these first.`;
        return false;
      }
      const key = this.#next++;
      this.#sources.set(key, file);
      if (waveform) this.#waveforms.set(key, waveform);
      const { name, size } = file;
      this.chosen.push({
        key,
        name,
        size,
        share: 0,
        waiting: false,
        state: "sending",
        error: "",
        file: null,
      });
      void this.#send(key);
    }
    return true;
  }

  retry(key: number): void {
    const chosen = this.#find(key);
    if (chosen?.state === "failed") void this.#send(key);
  }

  /** It is there, and can not be sent. */
  fail(key: number, error: string): void {
    const chosen = this.#find(key);
    if (chosen) Object.assign(chosen, { state: "failed", error });
  }

  /** Gives a file up, on its way or there already. */
  remove(key: number): void {
    this.complaint = "";
    const file = this.#find(key)?.file;
    this.#under.get(key)?.stop();
    this.#forget(key);
    if (!file) return;
    this.draft.takeOut(file.id);
    void api.delete(`/files/${file.id}`).catch(() => undefined);
  }

  /** Hands over all files: they are in a message now. */
  take(): Attachment[] {
    const files = this.chosen.flatMap((each) => each.file ?? []);
    for (const { key } of this.chosen) this.#forget(key);
    return files;
  }

  async #send(key: number): Promise<void> {
    const source = this.#sources.get(key);
    const begun = this.#find(key);
    if (!source || !begun) return;
    begun.state = "sending";
    begun.share = 0;
    begun.waiting = false;
    const under = upload(
      this.room,
      source,
      (share, waiting) => {
        const chosen = this.#find(key);
        if (chosen) Object.assign(chosen, waiting ? { waiting } : { share, waiting });
      },
      this.#waveforms.get(key),
    );
    this.#under.set(key, under);
    try {
      const file = await under.done;
      const chosen = this.#find(key);
      if (!chosen) return;
      Object.assign(chosen, { state: "ready", file });
      this.draft.lay(file);
    } catch (error) {
      this.fail(key, refusal(error));
    }
  }

  #find(key: number): Chosen | undefined {
    return this.chosen.find((each) => each.key === key);
  }

  #forget(key: number): void {
    this.chosen = this.chosen.filter((each) => each.key !== key);
    this.#sources.delete(key);
    this.#waveforms.delete(key);
    this.#under.delete(key);
  }
}
