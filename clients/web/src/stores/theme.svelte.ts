import { keep, recall } from "../lib/storage";

export type Choice = "system" | "light" | "dark";

/** Light, dark, or what the system prefers. */
class Theme {
  choice = $state<Choice>(recall<Choice>("theme", "system"));

  choose(choice: Choice): void {
    this.choice = choice;
    keep("theme", choice === "system" ? null : choice);
    this.show();
  }

  show(): void {
    const root = document.documentElement;
    if (this.choice === "system") delete root.dataset.theme;
    else root.dataset.theme = this.choice;
  }
}

export const theme = new Theme();
