import { afterEach, describe, expect, it, vi } from "vitest";
import type { Message, RoomEvent, User } from "../lib/wire";
import { People } from "./people.svelte";
import { Timeline } from "./timeline.svelte";

const ann: User = { id: "ann", username: "ann", display_name: "Ann", bot: false };
const ts = "2026-11-21T12:00:00.000Z";

function event(seq: number, type: string, body: Record<string, unknown>): RoomEvent {
  return { room: "r", seq, id: `m${seq}`, type, sender: "ann", cid: null, ts, body };
}

function message(seq: number): Message {
  const rest = {
    edited_at: null,
    deleted: false,
    thread: null,
    reply_count: 0,
    reactions: [],
    mentions: [],
    pinned: false,
    replies: null,
  };
  return { id: `m${seq}`, room: "r", seq, sender: ann, text: `t${seq}`, ts, ...rest };
}

/** Opens a timeline whose page was read before `events`, and is answered after them. */
async function opened(timeline: Timeline, events: RoomEvent[]): Promise<[string, string][]> {
  const answer = Promise.withResolvers<Response>();
  vi.stubGlobal("fetch", (url: string) =>
    url.includes("/messages") ? answer.promise : Promise.resolve(Response.json({ events: [] })),
  );
  const opening = timeline.open();
  timeline.apply(events, true);
  answer.resolve(Response.json({ items: [message(1), message(2)], previous: null, next: null }));
  await opening;
  return timeline.messages.map((each) => [each.id, each.text]);
}

describe("a timeline", () => {
  afterEach(() => vi.unstubAllGlobals());

  const people = new People();
  people.add(ann);
  const said = event(3, "message.created", { text: "t3" });
  const regretted = event(4, "message.deleted", { message: "m1" });
  const expected = [
    ["m1", ""],
    ["m2", "t2"],
    ["m3", "t3"],
  ];

  it("shows what came while its first page was on the way", async () => {
    expect(await opened(new Timeline("r", people), [said, regretted])).toEqual(expected);
  });

  it("shows what came while it went from the middle to the end", async () => {
    const timeline = new Timeline("r", people);
    await opened(timeline, []);
    timeline.atEnd = false;
    expect(await opened(timeline, [said, regretted])).toEqual(expected);
  });

  it("says nothing twice when the page has it too", async () => {
    const again = event(2, "message.created", { text: "t2" });
    expect(await opened(new Timeline("r", people), [again])).toEqual([
      ["m1", "t1"],
      ["m2", "t2"],
    ]);
  });
});
