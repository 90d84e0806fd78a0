import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Drafts } from "./drafts.svelte";

let requests: string[] = [];

/** A server that gives each draft the next version, as soon as it is let. */
function server(answers: () => Promise<unknown> = () => Promise.resolve()): void {
  let version = 10;
  vi.stubGlobal("fetch", async (path: string, { method }: RequestInit) => {
    requests.push(`${method} ${path}`);
    await answers();
    if (method === "DELETE") return new Response(null, { status: 204 });
    return Response.json({ room: "r", thread: null, text: "", version: (version += 10) });
  });
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  requests = [];
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
  const told = (version: number, text: string) => drafts.told({ room: "r", thread: null, version, text });
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
