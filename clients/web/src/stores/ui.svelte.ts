import type { User } from "../lib/wire";

export type DialogName =
  | "invite"
  | "create"
  | "browse"
  | "direct"
  | "settings"
  | "switcher"
  | "search"
  | "review"
  | "roles"
  | "groups"
  | "entries"
  | "audit";

/** What stands open on the page. */
class Ui {
  dialog = $state<DialogName | null>(null);
  /** What a search begins with. */
  wanted = "";
  drawer = $state(false);
  people = $state(false);
  profile = $state.raw<{ user: User; anchor: Element } | null>(null);

  show(dialog: DialogName): void {
    this.drawer = false;
    this.dialog = dialog;
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
