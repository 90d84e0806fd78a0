import { beginning } from "./extras";
import { happening } from "./notifications";
import { pushHere } from "./push";
import { keep, recall } from "./storage";
import type { NotificationItem } from "./wire";

const WANTED = (user: string) => `desktop.${user}`;

/** Why this browser can not show anything while another window is in front; empty when it can. */
export function whyNoDesktop(): string {
  if (!window.isSecureContext) return "Browsers allow it only where the address begins with https.";
  if (!("Notification" in window)) return "This browser can not.";
  if (Notification.permission === "denied")
    return "You forbade it; the browser's own settings allow it again.";
  return "";
}

/** Whether the person wants it here, and the browser still allows it. */
export const desktopWanted = (user: string): boolean =>
  whyNoDesktop() === "" && Notification.permission === "granted" && recall(WANTED(user), false);

/** Begins it, with the person's leave, or ends it. */
export async function wantDesktop(user: string, wanted: boolean): Promise<void> {
  if (wanted && (await Notification.requestPermission()) !== "granted")
    throw new Error("Without leave to show notifications, this page can not.");
  keep(WANTED(user), wanted || null);
}

/** Calls `go` with where a click on what was shown leads. */
let opened: (path: string) => void = () => undefined;
export const onDesktopOpened = (go: typeof opened): void => void (opened = go);

/** Tells somebody who does not look at the page, unless they want quiet or Web Push does it here. */
export function showOutside(user: string, item: NotificationItem, quiet: boolean): void {
  if (quiet || !document.hidden || !desktopWanted(user) || pushHere(user)) return;
  const { room, id, text } = item.message;
  try {
    const shown = new Notification(happening(item, user), {
      body: beginning(text),
      icon: "/favicon.svg",
      tag: id, // one of several open pages is enough
    });
    shown.onclick = () => {
      shown.close();
      window.focus();
      opened(`/r/${room}/m/${id}`);
    };
  } catch {
    // On a phone only a worker may: that is what Web Push is for.
  }
}
