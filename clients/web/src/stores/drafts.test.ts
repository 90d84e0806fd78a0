import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Attachment } from "../lib/wire";
import { Drafts } from "./drafts.svelte";

let requests: string[] = [];
let bodies: { attachments?: string[] }[] = [];

/** A server that gives each draft the next version, as soon as it is let. */
function server(answers: () => Promise<unknown> = () => Promise.resolve()): void {
  let version = 10;
  vi.stubGlobal("fetch", async (path: string, { method, body }: RequestInit) => {
    requests.push(`${method} ${path}`);
    if (body) bodies.push(JSON.parse(String(body)) as { attachments?: string[] });
    await answers();
    if (method === "DELETE") return new Response(null, { status: 204 });
    return Response.json({ room: "r", thread: null, text: "", version: (version += 10) });
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  requests = [];
  bodies = [];
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const PUT = "PUT /api/v1/drafts/r";
const DELETE = "DELETE /api/v1/drafts/r";
const later = () => vi.advanceTimersByTimeAsync(5_000);

it("what is sent before the server has heard of it costs no request", async () => {
  server();
  const drafts = new Drafts("me");
  drafts.write("r", null, "Hel");
  drafts.write("r", null, "Hello");
  expect([drafts.in("r"), drafts.in("other")]).toEqual([true, false]);
  drafts.drop("r", null);
  await later();
  expect([requests, drafts.in("r"), drafts.text("r")]).toEqual([[], false, ""]);
});

it("a draft that the server has is removed there, once", async () => {
  server();
  const drafts = new Drafts("me");
  drafts.write("r", null, "Hello");
  await later();
  drafts.drop("r", null);
  await later();
  drafts.drop("r", null);
  await later();
  expect(requests).toEqual([PUT, DELETE]);
});

it("one that may have arrived there is removed too: on its way, without an answer, or before a reload", async () => {
  const answer = Promise.withResolvers<void>();
  server(() => answer.promise);
  const drafts = new Drafts("me");
  drafts.write("r", null, "Hello");
  await vi.advanceTimersByTimeAsync(1_500);
  drafts.drop("r", null);
  answer.resolve();
  await later();
  expect(requests).toEqual([PUT, DELETE]);

  requests = [];
  server(() => Promise.reject(new TypeError("Failed to fetch")));
  drafts.write("r", null, "Lost");
  await vi.advanceTimersByTimeAsync(1_500);
  server();
  const again = new Drafts("me");
  again.drop("r", null);
  await later();
  expect(requests).toEqual([PUT, DELETE]);
});

it("a notice that comes late does not put an old text back", async () => {
  server();
  const drafts = new Drafts("me");
  const told = (version: number, text: string) =>
    drafts.told({ room: "r", thread: null, version, text, attachments: [] });
  drafts.write("r", null, "Hel");
  await later();
  drafts.write("r", null, "Hello");
  await later();
  told(20, "Hel");
  told(30, "Hello");
  expect([drafts.text("r"), drafts.news.size]).toEqual(["Hello", 0]);
  drafts.drop("r", null);
  await later();
  told(30, "Hello");
  expect([drafts.text("r"), drafts.news.size]).toEqual(["", 0]);
  told(40, "From elsewhere");
  expect(drafts.text("r")).toBe("From elsewhere");
});

const file = (id: string) => ({ id, name: `${id}.txt`, type: "text/plain", size: 1 }) as Attachment;

it("files go with the draft, and one that is not there any more leaves the words alone", async () => {
  server();
  const drafts = new Drafts("me");
  const laying = drafts.laying("r", null);
  laying.lay(file("f2"));
  laying.lay(file("f1")); // which began first, and was there last
  await later();
  laying.takeOut("f1");
  await later();
  expect([bodies.map(({ attachments }) => attachments), drafts.in("r")]).toEqual([
    [["f1", "f2"], ["f2"]],
    true,
  ]);
  expect(drafts.news.get("r")?.files.map(({ id }) => id)).toEqual(["f2"]);

  const gone = { code: "invalid", title: "", detail: "", status: 422 };
  vi.stubGlobal("fetch", async (_: string, { body }: RequestInit) => {
    const { attachments } = JSON.parse(String(body)) as { attachments: string[] };
    if (attachments.length > 0) return Response.json(gone, { status: 422 });
    return Response.json({ room: "r", thread: null, text: "words", version: 99 });
  });
  drafts.write("r", null, "words");
  await later();
  expect([drafts.text("r"), drafts.files("r")]).toEqual(["words", []]);
  drafts.told({ room: "r", thread: null, version: 100, text: "", attachments: [file("f3")] });
  expect(drafts.files("r").map(({ id }) => id)).toEqual(["f3"]);
});
