import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PIECE, uploadInParts } from "./parts";

let asked: string[] = [];
let uploads: Record<string, number> = {};

/** The requests of a browser, at a server with such uploads; each is answered a moment later. */
class Requests {
  upload = {};
  status = 0;
  responseText = "{}";
  onload = () => undefined;
  #said: [string, string] = ["", ""];
  #headers: Record<string, string> = {};

  open(method: string, path: string): void {
    this.#said = [method, path.split("?")[0]!];
    asked.push(this.#said.join(" "));
  }

  setRequestHeader(): void {}

  getResponseHeader(name: string): string | null {
    return this.#headers[name] ?? null;
  }

  send(body: Blob | null): void {
    const [method, path] = this.#said;
    if (method === "POST") {
      uploads["/api/v1/uploads/new"] = 0;
      this.#headers = { Location: "/api/v1/uploads/new" };
    } else if (path in uploads) {
      uploads[path]! += body?.size ?? 0;
      this.#headers = { "Upload-Offset": String(uploads[path]) };
    }
    this.status = method === "POST" ? 201 : path in uploads ? 200 : 404;
    queueMicrotask(() => this.onload());
  }
}

const file = new File([new Uint8Array(PIECE + 1)], "film.webm", { lastModified: 1 });

beforeEach(() => {
  localStorage.clear();
  [asked, uploads] = [[], {}];
  vi.stubGlobal("XMLHttpRequest", Requests);
  vi.stubGlobal("fetch", () => Promise.resolve(Response.json({ file: { id: "f" } })));
});

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it("begins an upload anew at once that the server does not know any more", async () => {
  const tell = vi.fn();
  const kept = vi.spyOn(Storage.prototype, "setItem");
  await uploadInParts("r", file, tell).done;
  expect(localStorage.length).toBe(0);
  const [key, value] = kept.mock.lastCall!;
  localStorage.setItem(key, value.replace("/new", "/old"));

  asked = [];
  await uploadInParts("r", file, tell).done;
  expect(asked).toEqual([
    "HEAD /api/v1/uploads/old",
    "POST /api/v1/uploads",
    "PATCH /api/v1/uploads/new",
    "PATCH /api/v1/uploads/new",
  ]);
  expect(tell.mock.calls.filter(([, waiting]) => waiting)).toEqual([]);
});
