import type { User } from "../lib/wire";

export type DialogName = "invite" | "create" | "browse" | "direct" | "settings" | "switcher";

/** What stands open on the page. */
class Ui {
  dialog = $state<DialogName | null>(null);
  drawer = $state(false);
  people = $state(false);
  profile = $state.raw<{ user: User; anchor: Element } | null>(null);

  show(dialog: DialogName): void {
    this.drawer = false;
    this.dialog = dialog;
  }

  showProfile(user: User, event: Event): void {
    this.profile = { user, anchor: event.currentTarget as Element };
  }
}

export const ui = new Ui();
