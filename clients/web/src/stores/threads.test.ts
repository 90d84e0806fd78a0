import { afterEach, describe, expect, it, vi } from "vitest";
import type { FollowedThread, Page, User } from "../lib/wire";
import { People } from "./people.svelte";
import { Threads } from "./threads.svelte";

const ann: User = { id: "ann", username: "ann", display_name: "Ann", bot: false };

function page(root: string): Page<FollowedThread> {
  const message = { id: root, room: `room of ${root}`, seq: 1, sender: ann, text: root };
  const stands = { level: null, read_seq: 1, marked: null, unread: 1, last_seq: 2 };
  return { items: [{ message, ...stands } as unknown as FollowedThread], next: null, previous: null };
}

afterEach(() => vi.unstubAllGlobals());

describe("the threads of a workspace", () => {
  it("are not those of one that was left before its answer came", async () => {
    const late = Promise.withResolvers<void>();
    vi.stubGlobal("fetch", (url: string) =>
      url.includes("workspace=old")
        ? late.promise.then(() => Response.json(page("old")))
        : Promise.resolve(Response.json(page("new"))),
    );
    const threads = new Threads("ann", new People());
    const old = threads.load("old");
    await threads.load("new");
    late.resolve();
    await old;
    expect([...threads.followed.keys()]).toEqual(["new"]);
    const again = threads.load("old");
    expect(threads.unread).toBe(0); // what was left is gone at once
    await again;
    expect([...threads.followed.keys()]).toEqual(["old"]);
  });
});
