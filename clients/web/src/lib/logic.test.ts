import { describe, expect, it } from "vitest";
import { colourOf, initials } from "./avatar";
import { afterClose, backoff } from "./backoff";
import { allEmoji, findEmoji, withTone } from "./emoji";
import { begunBefore, proposals } from "./mentions";
import { apply, join, linesOf } from "./merge";
import { type Outgoing, revive, sendable } from "./outbox";
import { positionAt, release, take, takePage } from "./position";
import { rows } from "./rows";
import { dayLabel, knownZone } from "./time";
import type { Message, RoomEvent, User } from "./wire";

const user = (id: string): User => ({ id, username: id, display_name: id, bot: false });
const at = (minute: number, second = 0) => new Date(Date.UTC(2026, 10, 20, 12, minute, second)).toISOString();

function event(
  seq: number,
  type = "message.created",
  body: Record<string, unknown> = { text: `t${seq}` },
): RoomEvent {
  return { room: "r", seq, id: `m${seq}`, type, sender: "ann", cid: null, ts: at(seq), body };
}

const everything = (message: Message) => message.thread === null;
const built = (...events: RoomEvent[]) => apply([], events, user, everything);

describe("positions", () => {
  it("takes each event once and in order", () => {
    const position = positionAt("e", 0);
    expect(take(position, event(1))).toHaveLength(1);
    expect(take(position, event(1))).toEqual([]);
    expect(take(position, event(2))).toHaveLength(1);
    expect(position.seq).toBe(2);
  });

  it("holds back what comes after a hole until the log has been read", () => {
    const position = positionAt("e", 1);
    expect(take(position, event(4))).toBe("hole");
    position.catching = true;
    expect(take(position, event(5))).toEqual([]);
    expect(takePage(position, [event(1), event(2), event(3), event(4)]).map((e) => e.seq)).toEqual([2, 3, 4]);
    expect(release(position).map((e) => e.seq)).toEqual([5]);
    expect(position).toMatchObject({ seq: 5, catching: false, held: [] });
  });

  it("keeps catching while a hole remains", () => {
    const position = { ...positionAt("e", 1), catching: true, held: [event(9)] };
    expect(release(position)).toEqual([]);
    expect(position.catching).toBe(true);
  });
});

describe("merging", () => {
  it("is the same whether a message came by history, by event or by both", () => {
    const [one] = built(event(1));
    expect(apply([one!], [event(1), event(2)], user, everything).map((m) => m.id)).toEqual(["m1", "m2"]);
    expect(join([one!], built(event(2), event(1))).map((m) => m.seq)).toEqual([1, 2]);
  });

  it("follows edits, deletions and threads", () => {
    const list = built(
      event(1),
      event(2, "message.updated", { message: "m1", text: "new", edited_at: at(2) }),
      event(3, "message.created", { text: "reply", thread: "m1" }),
      event(4, "thread.updated", { message: "m1", reply_count: 1, last_reply_at: at(3) }),
    );
    expect(list).toHaveLength(1);
    expect(list[0]).toMatchObject({ text: "new", edited_at: at(2), reply_count: 1, replies: null });
    const closing = { message: "m1", reply_count: 1, last_reply_at: at(3) };
    const closed = [event(5, "thread.updated", { ...closing, replies: "closed" })];
    const counted = [...closed, event(6, "thread.updated", { ...closing, reply_count: 2 })];
    const opened = [...counted, event(7, "thread.updated", { ...closing, replies: null })];
    const replies = [closed, counted, opened].map((e) => apply(list, e, user, everything)[0]!.replies);
    expect(replies).toEqual(["closed", "closed", null]);
    const gone = apply(
      list,
      [
        event(5, "message.deleted", { message: "m1" }),
        event(6, "message.updated", { message: "m1", text: "back" }),
      ],
      user,
      everything,
    );
    expect(gone[0]).toMatchObject({ text: "", deleted: true });
    expect(apply(list, [event(7, "message.deleted", { message: "unknown" })], user, everything)).toEqual(
      list,
    );
  });

  it("follows reactions, each emoji in its place", () => {
    const reaction = (seq: number, emoji: string, ...users: string[]) =>
      event(seq, users.length ? "reaction.added" : "reaction.removed", {
        ...{ message: "m1", emoji, count: users.length, users },
      });
    const list = built(
      event(1),
      reaction(2, "👍", "ann"),
      reaction(3, "🎉", "bob"),
      reaction(4, "👍", "ann", "bob"),
      reaction(5, "🚀", "ann"),
      reaction(6, "🎉"),
      event(7, "reaction.added", { message: "m1", text: "", deleted: true }),
    );
    expect(list[0]!.reactions.map(({ emoji, count }) => `${emoji}${count}`)).toEqual(["👍2", "🚀1"]);
    const gone = apply(list, [event(8, "message.deleted", { message: "m1" })], user, everything);
    expect(gone[0]!.reactions).toEqual([]);
  });

  it("makes lines of joins and room changes", () => {
    const lines = linesOf([
      event(1, "member.joined", { user: "bob" }),
      event(2, "room.updated", { topic: "T" }),
      event(3),
    ]);
    expect(lines.map((line) => [line.user, line.text])).toEqual([
      ["bob", ""],
      ["ann", "set the topic: T"],
    ]);
  });
});

describe("mentions", () => {
  const people: User[] = [
    { id: "1", username: "ann", display_name: "Ann Lee", bot: false },
    { id: "2", username: "bob", display_name: "Bob Anders", bot: false },
    { id: "3", username: "", display_name: "Deleted user", bot: false },
  ];
  it("proposes names while one is written", () => {
    expect(begunBefore("Hi @an", 6)).toBe("an");
    expect(begunBefore("Hi @", 4)).toBe("");
    expect(begunBefore("Hi ann@ex", 9)).toBeNull();
    expect(begunBefore("Hi @ann and", 11)).toBeNull();
    expect(proposals("an", people, true).map(({ name }) => name)).toEqual(["ann", "bob"]);
    expect(proposals("", people, true).map(({ name }) => name)).toEqual(["ann", "bob", "room", "here"]);
    expect(proposals("ro", people, false)).toEqual([]);
  });
});

describe("emoji", () => {
  it("finds them by the beginnings of words, and gives them a skin tone", async () => {
    const groups = await allEmoji();
    const found = findEmoji(groups, "thumb UP");
    expect(found.map(({ emoji }) => emoji)).toEqual(["👍"]);
    expect(withTone(found[0]!, "🏽")).toBe("👍🏽");
    expect(withTone(findEmoji(groups, "🕵️")[0]!, "🏽")).toBe("🕵🏽");
    expect(withTone(findEmoji(groups, "rocket")[0]!, "🏽")).toBe("🚀");
    expect(findEmoji(groups, "nothing such")).toEqual([]);
  });
});

describe("rows", () => {
  const shown = (messages: Message[], divider: number | null = null) =>
    rows(messages, [], { zone: "UTC", divider, me: "me" }).map((row) =>
      row.kind === "message" ? `${row.message.id}${row.first ? "+" : ""}` : row.kind,
    );

  it("groups one author within five minutes", () => {
    expect(shown(built(event(1), event(2), event(9)))).toEqual(["day", "m1+", "m2", "m9+"]);
  });

  it("divides days in the zone of the reader", () => {
    const [a, b] = built(event(1), event(2));
    const list = [
      { ...a!, ts: "2026-11-20T23:59:00Z" },
      { ...b!, ts: "2026-11-21T00:01:00Z" },
    ];
    expect(shown(list)).toEqual(["day", "m1+", "day", "m2+"]);
    expect(
      rows(list, [], { zone: "Europe/Helsinki", divider: null, me: "" }).filter((r) => r.kind === "day"),
    ).toHaveLength(1);
  });

  it("says where the new messages begin, not before one's own", () => {
    expect(shown(built(event(1), event(2)), 1)).toEqual(["day", "m1+", "new", "m2+"]);
    expect(
      rows(built(event(1)), [], { zone: "UTC", divider: 0, me: "ann" }).some((row) => row.kind === "new"),
    ).toBe(false);
  });
});

describe("outbox", () => {
  const entry = (cid: string, room: string, state: Outgoing["state"] = "waiting"): Outgoing => ({
    cid,
    room,
    state,
    text: "x",
    thread: null,
    at: 0,
    error: null,
  });

  it("keeps the order inside a room and lets rooms run side by side", () => {
    const list = [entry("1", "a", "sending"), entry("2", "a"), entry("3", "b"), entry("4", "b")];
    expect(sendable(list).map((e) => e.cid)).toEqual(["3"]);
    expect(sendable([entry("1", "a", "failed"), entry("2", "a")]).map((e) => e.cid)).toEqual(["2"]);
  });

  it("sends after a reload what was under way, under the same number", () => {
    expect(
      revive([entry("1", "a", "sending"), entry("2", "a", "failed")]).map((e) => [e.cid, e.state]),
    ).toEqual([
      ["1", "waiting"],
      ["2", "failed"],
    ]);
  });
});

describe("the rest", () => {
  it("waits a random share of a doubling ceiling", () => {
    expect([0, 1, 5, 6, 50].map((attempt) => backoff(attempt, () => 1))).toEqual([
      1000, 2000, 32000, 60000, 60000,
    ]);
    expect(backoff(3, () => 0)).toBe(0);
  });

  it("does what a close code asks", () => {
    expect(afterClose(4401, 0, null)).toEqual({ retry: false, why: "signed-out" });
    expect(afterClose(4426, 0, null)).toEqual({ retry: false, why: "version" });
    expect(afterClose(4503, 0, 1234)).toEqual({ retry: true, wait: 1234 });
    expect(afterClose(4410, 0, null)).toEqual({ retry: true, wait: 0 });
    expect(afterClose(1006, 2, null, () => 1)).toEqual({ retry: true, wait: 4000 });
  });

  it("draws people", () => {
    expect(["Ann Lee", "bob", "", "Ÿ z", "maria-del.mar"].map(initials)).toEqual([
      "AL",
      "B",
      "?",
      "ŸZ",
      "MM",
    ]);
    expect(colourOf("a")).toBe(colourOf("a"));
  });

  it("names days", () => {
    const now = new Date("2026-11-21T10:00:00Z");
    expect(dayLabel("2026-11-21T01:00:00Z", "UTC", now)).toBe("Today");
    expect(dayLabel("2026-11-20T01:00:00Z", "UTC", now)).toBe("Yesterday");
    expect(dayLabel("2025-11-20T01:00:00Z", "UTC", now)).toContain("2025");
    expect(knownZone("Mars/Base")).toBe(knownZone(null));
  });
});
