import { describe, expect, it } from "vitest";
import { compare } from "./compare";

const shown = (before: string, after: string) =>
  compare(before, after).map(({ kind, text }) => `${{ same: " ", gone: "-", new: "+" }[kind]}${text}`);

describe("what became of a text", () => {
  it("is told line by line", () => {
    expect(shown("a\nb\nc\nd", "a\nc\nx\nd")).toEqual([" a", "-b", " c", "+x", " d"]);
    expect(shown("a", "a")).toEqual([" a"]);
    expect(shown("", "a\nb")).toEqual(["-", "+a", "+b"]);
    expect(shown("a\na", "a")).toEqual([" a", "-a"]);
  });

  it("keeps both texts whole, however long they are", () => {
    const before = Array.from({ length: 3000 }, (_, n) => `${n}`).join("\n");
    const after = Array.from({ length: 3000 }, (_, n) => `${n % 7}`).join("\n");
    const found = compare(before, after);
    const part = (kind: string) =>
      found
        .filter((line) => line.kind !== kind)
        .map((line) => line.text)
        .join("\n");
    expect(part("new")).toBe(before);
    expect(part("gone")).toBe(after);
  });
});
