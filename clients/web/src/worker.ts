/** Runs in the browser while no page of ours is open: it shows what it is told, and opens it on a click. */
type Lasting = Event & { waitUntil(work: Promise<unknown>): void };
type Pushed = Lasting & { data: { json(): unknown } | null };
type Clicked = Lasting & { notification: Notification };
type Page = { focused: boolean; focus(): Promise<Page>; postMessage(message: unknown): void };
type Scope = {
  registration: ServiceWorkerRegistration;
  clients: {
    matchAll(options: { type: "window"; includeUncontrolled: boolean }): Promise<Page[]>;
    openWindow(url: string): Promise<Page | null>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener<E extends Event>(type: string, listener: (event: E) => void): void;
};
type Payload = { title: string; body: string; url: string; tag: string };

const scope = self as unknown as Scope;
const TRIAL = "trial";

const pages = () => scope.clients.matchAll({ type: "window", includeUncontrolled: true });

function payloadOf(event: Pushed): Payload {
  const nothing = { title: "Talkoot", body: "There is something new for you.", url: "/", tag: "" };
  try {
    return { ...nothing, ...(event.data?.json() as Partial<Payload>) };
  } catch {
    return nothing;
  }
}

/** Who looks at the page sees it there. */
async function show({ title, body, url, tag }: Payload): Promise<void> {
  if (tag !== TRIAL && (await pages()).some((page) => page.focused)) return;
  await scope.registration.showNotification(title, { body, tag, data: url, icon: "/favicon.svg" });
}

async function open(url: string): Promise<void> {
  const [page] = await pages();
  if (!page) {
    await scope.clients.openWindow(url);
    return;
  }
  page.postMessage({ open: url });
  await page.focus();
}

scope.addEventListener<Lasting>("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener<Lasting>("activate", (event) => event.waitUntil(scope.clients.claim()));
scope.addEventListener<Pushed>("push", (event) => event.waitUntil(show(payloadOf(event))));
scope.addEventListener<Clicked>("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(String(event.notification.data ?? "/")));
});
