import type { Id, KnownRoom, Message, User } from "../lib/wire";

export type DialogName =
  | "invite"
  | "create"
  | "browse"
  | "direct"
  | "settings"
  | "switcher"
  | "search"
  | "threads"
  | "review"
  | "roles"
  | "groups"
  | "bots"
  | "applications"
  | "entries"
  | "explain"
  | "emoji"
  | "limits"
  | "retention"
  | "audit"
  | "notifications"
  | "export"
  | "scheduled"
  | "status";

export type PanelName = "people" | "pins" | "saved" | "notifications";

/** What stands open on the page. */
class Ui {
  dialog = $state<DialogName | null>(null);
  /** What a search begins with. */
  wanted = "";
  drawer = $state(false);
  /** What stands beside the room; an open thread comes before it. */
  panel = $state<PanelName | null>(null);
  profile = $state.raw<{ user: User; anchor: Element } | null>(null);

  picker = $state.raw<{ anchor: HTMLElement; pick: (emoji: string) => void } | null>(null);

  /** Who or what is being reported; whom something is done to; the room of which moderation is shown. */
  reported = $state.raw<{ message?: Message; user: User } | null>(null);
  moderating = $state.raw<User | null>(null);
  /** The message that is being passed on. */
  forwarded = $state.raw<Message | null>(null);
  moderated: KnownRoom | null = null;
  /** Where a poll was asked for with a command, and what it is to ask. */
  polling = $state.raw<{ place: Id; question: string } | null>(null);

  show(dialog: DialogName): void {
    this.drawer = false;
    this.dialog = dialog;
  }

  moderate(room: KnownRoom | null = null): void {
    this.moderated = room;
    this.show("review");
  }

  search(wanted = ""): void {
    this.wanted = wanted;
    this.show("search");
  }

  showProfile(user: User, event: Event): void {
    this.profile = { user, anchor: event.currentTarget as Element };
  }
}

export const ui = new Ui();
