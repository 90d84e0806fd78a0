export type Place =
  | { name: "home" }
  | { name: "room"; room: string; message: string | null }
  | { name: "join"; token: string }
  | { name: "reset" | "confirm" | "undo" | "unsubscribe"; token: string };

/** The token of a mailed link, which leaves the address bar and the history at once. */
function taken(): string {
  const token = location.hash.slice(1);
  history.replaceState(null, "", location.pathname);
  return token;
}

function parse(path: string): Place {
  const [first, second, third, fourth] = path.split("/").filter(Boolean).map(decodeURIComponent);
  if (first === "join" && second) return { name: "join", token: second };
  if (first === "reset" || first === "confirm" || first === "undo" || first === "unsubscribe")
    return { name: first, token: taken() };
  if (first === "r" && second)
    return { name: "room", room: second, message: third === "m" ? (fourth ?? null) : null };
  return { name: "home" };
}

export const roomPath = (room: string, message?: string): string =>
  `/r/${encodeURIComponent(room)}${message ? `/m/${encodeURIComponent(message)}` : ""}`;

/** Where in the client the person is; the address bar follows. */
class Route {
  place = $state.raw<Place>(parse(location.pathname));

  constructor() {
    addEventListener("popstate", () => (this.place = parse(location.pathname)));
  }

  go(path: string, replace = false): void {
    if (path !== location.pathname) history[replace ? "replaceState" : "pushState"](null, "", path);
    this.place = parse(path);
  }

  /** Follows a click on a link that stays inside the client; says whether it did. */
  follow(event: MouseEvent): boolean {
    const link = (event.target as Element).closest("a");
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
      return false;
    if (link.origin !== location.origin || !/^\/(r\/.*)?$/.test(link.pathname)) return false;
    event.preventDefault();
    this.go(link.pathname);
    return true;
  }
}

export const route = new Route();
