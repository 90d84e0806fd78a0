import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { api, sentence } from "../lib/api";
import type { Attachment, Id, Message, Notice, SavedIds } from "../lib/wire";
import { Bell } from "./bell.svelte";
import { Commands } from "./commands.svelte";
import { Drafts } from "./drafts.svelte";
import { HeldEdits } from "./edits.svelte";
import { withheld } from "../lib/uploads";
import { toasts } from "./toasts.svelte";

type OwnKind =
  | "command.answered"
  | "draft"
  | "saved"
  | "scheduled"
  | "vote"
  | "post.named"
  | "post.refused"
  | "file.refused"
  | "export.ready"
  | "notified";
type OwnNotice = Extract<Notice, { kind: OwnKind | `notifications.${string}` }>;

/** What is the person's alone, on all their devices: drafts, saved messages, what is sent later. */
export class Own {
  readonly drafts: Drafts;
  readonly bell: Bell;
  readonly commands: Commands;
  readonly edits = new HeldEdits();
  readonly saved = new SvelteSet<Id>();
  /** What the person voted for, of each poll where that is known. */
  readonly votes = new SvelteMap<Id, readonly number[]>();
  /** Files that one uploaded and nobody gets, and why. */
  readonly refused = new SvelteMap<Id, "infected" | "refused">();
  /** Grow whenever something of it changed. */
  savedChanged = $state(0);
  scheduledChanged = $state(0);
  postsChanged = $state(0);
  /** The message that the next one written at a place quotes. */
  quoting = $state.raw<{ place: Id; message: Message } | null>(null);

  constructor(me: Id) {
    this.commands = new Commands(me);
    this.drafts = new Drafts(me);
    this.bell = new Bell(me);
  }

  /** Says whether a notice was about something here. */
  told(notice: Notice): notice is OwnNotice {
    if (notice.kind === "draft")
      this.drafts.told({ ...notice, attachments: notice.attachments as Attachment[] });
    else if (notice.kind === "command.answered") this.commands.told(notice);
    else if (notice.kind === "vote") this.votes.set(notice.message, notice.options);
    else if (notice.kind === "saved") this.#saved(notice.message, notice.saved);
    else if (notice.kind === "scheduled") {
      this.scheduledChanged += 1;
      if (notice.state === "refused") toasts.add(`A scheduled message was not sent. ${notice.reason ?? ""}`);
    } else if (notice.kind === "post.named") {
      this.postsChanged += 1;
      toasts.add("You were named as co-author of a post.");
    } else if (notice.kind === "post.refused") {
      this.postsChanged += 1;
      toasts.add(`A post was not published. ${notice.reason}`);
    } else if (notice.kind === "file.refused") {
      this.refused.set(notice.file, notice.why);
      // Where it was not sent yet, the composer says it beside the file.
      if (notice.message) toasts.add(`${withheld(notice.why)}: ${notice.name}`);
    } else if (notice.kind === "export.ready") toasts.add("The export of the workspace is ready.");
    else return this.bell.told(notice);
    return true;
  }

  /** The connection is new: what was told meanwhile is read. */
  async read(): Promise<void> {
    this.bell.soon();
    this.bell.settingsChanged += 1;
    this.edits.forget();
    this.votes.clear();
    void this.commands.read().catch(() => undefined);
    await this.drafts.read();
    const { messages } = await api.get<SavedIds>("/saved/ids");
    this.saved.clear();
    for (const id of messages) this.saved.add(id);
    this.savedChanged += 1;
    this.scheduledChanged += 1;
  }

  async save(id: Id, away = this.saved.has(id)): Promise<void> {
    const path = `/messages/${id}/saved`;
    try {
      await (away ? api.delete(path) : api.put(path));
      this.#saved(id, !away);
    } catch (error) {
      toasts.add(sentence(error));
    }
  }

  quoted(place: Id): Message | null {
    return this.quoting?.place === place ? this.quoting.message : null;
  }

  #saved(id: Id, now: boolean): void {
    if (now) this.saved.add(id);
    else this.saved.delete(id);
    this.savedChanged += 1;
  }
}
