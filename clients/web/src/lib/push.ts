import { api } from "./api";
import { keep, recall } from "./storage";
import { workerAddress } from "./trusted";
import type { PushSubscriptionOut } from "./wire";

/** Why this browser can not be told while its page is closed; empty when it can. */
export function whyNoPush(): string {
  if (!window.isSecureContext) return "Browsers allow it only where the address begins with https.";
  if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window))
    return "This browser can not; on an iPhone or iPad, add the page to the home screen first.";
  if (Notification.permission === "denied")
    return "You forbade it; the browser's own settings allow it again.";
  return "";
}

interface PushChoice {
  text: boolean;
  /** Where the server was told that this browser is. */
  endpoint?: string | undefined;
}

const AGAIN = "push-again";
const wanted = (user: string) => `push.${user}`;

/** Whether Web Push tells the person in this browser. */
export const pushHere = (user: string): boolean => recall<PushChoice | null>(wanted(user), null) !== null;

/** Nobody is signed in: the server forgets with the session that this browser is to be told. */
export const pushEnded = (): void => keep(AGAIN, true);

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (char) => char.charCodeAt(0));
}

async function subscribed(key: string): Promise<PushSubscription> {
  await navigator.serviceWorker.register(workerAddress(), { scope: "/" });
  const { pushManager } = await navigator.serviceWorker.ready;
  const options = { userVisibleOnly: true, applicationServerKey: bytes(key) };
  try {
    return await pushManager.subscribe(options);
  } catch (error) {
    // It may be subscribed with the key of an installation that was here before.
    const before = await pushManager.getSubscription();
    if (!before) throw new Error("The browser's push service can not be reached just now.", { cause: error });
    await before.unsubscribe();
    return pushManager.subscribe(options);
  }
}

async function tell(user: string, text: boolean): Promise<PushSubscriptionOut> {
  const { key } = await api.get<{ key: string }>("/push/key");
  const { endpoint, keys } = (await subscribed(key)).toJSON();
  const made = await api.post<PushSubscriptionOut>("/push/subscriptions", { endpoint, keys, text });
  keep(wanted(user), { text, endpoint });
  keep(AGAIN, null);
  return made;
}

/** Has this browser told of what the person should see; asks them for leave first, if it has to. */
export async function beginPush(user: string, text: boolean): Promise<PushSubscriptionOut> {
  if ((await Notification.requestPermission()) !== "granted")
    throw new Error("Without leave to show notifications, this browser is not told.");
  return tell(user, text);
}

/** Ends it in this browser. */
export async function endPush(user: string, subscription: string): Promise<void> {
  keep(wanted(user), null);
  await api.delete(`/push/subscriptions/${subscription}`);
  const there = await navigator.serviceWorker.getRegistration("/");
  await (await there?.pushManager.getSubscription())?.unsubscribe();
}

/**
 * After a new sign-in the server does not know a browser any more that the person wants to be told; and at any
 * time the browser itself may have ended what it was told by, or moved it.
 */
export async function keepPush(user: string): Promise<void> {
  const chosen = recall<PushChoice | null>(wanted(user), null);
  if (!chosen || whyNoPush() || Notification.permission !== "granted") return;
  if (recall(AGAIN, false) || (await endpoint()) !== chosen.endpoint) await tell(user, chosen.text);
}

async function endpoint(): Promise<string | undefined> {
  const there = await navigator.serviceWorker.getRegistration("/");
  return (await there?.pushManager.getSubscription())?.endpoint;
}

/** Calls `go` with where a click on a notification leads, while a page is open. */
export function onOpened(go: (path: string) => void): void {
  navigator.serviceWorker?.addEventListener("message", (event: MessageEvent<{ open?: unknown }>) => {
    const path = event.data?.open;
    if (typeof path === "string" && /^\/(?!\/)/.test(path)) go(path);
  });
}
