import { expect, test } from "vitest";
import { commandBefore, minutesOf, said, statusOf } from "./commands";

test("a slash and a name begin a command, a path and two slashes do not", () => {
  expect(said(" /Topic  Rain\ntoday ")).toEqual({ kind: "command", name: "topic", args: "Rain\ntoday" });
  expect(said("/leave")).toEqual({ kind: "command", name: "leave", args: "" });
  expect(said("/roll-back")).toEqual({ kind: "command", name: "roll-back", args: "" });
  for (const text of ["/etc/hosts is", "/", "/ x", "/1st", "/a.b", "say /leave", `/${"a".repeat(33)}`])
    expect(said(text)).toEqual({ kind: "text", text });
  expect(said("//leave is a command")).toEqual({ kind: "text", text: "/leave is a command" });
});

test("a name is proposed only while it is written, and only at the beginning", () => {
  expect(commandBefore("/", 1)).toBe("");
  expect(commandBefore("/Le", 3)).toBe("le");
  expect(commandBefore("/leave x", 3)).toBe("le");
  for (const text of ["/leave ", " /le", "//le", "/etc/", "x/le"])
    expect(commandBefore(text, text.length)).toBeNull();
});

test("times are read as people write them", () => {
  expect(["45", "30m", "2 hours", "1d", "90 min"].map(minutesOf)).toEqual([45, 30, 120, 1440, 90]);
  for (const text of ["", "0", "soon", "-1", "1w", "99999"]) expect(minutesOf(text)).toBeNull();
});

test("a status has an emoji, a text, or both", () => {
  expect(statusOf("🎧 Concentrating")).toEqual({ emoji: "🎧", text: "Concentrating" });
  expect(statusOf(":parrot:")).toEqual({ emoji: ":parrot:", text: null });
  expect(statusOf("7 things to do")).toEqual({ emoji: null, text: "7 things to do" });
});
