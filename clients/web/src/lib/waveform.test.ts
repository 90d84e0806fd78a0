import { expect, test } from "vitest";
import { decoded, encoded, minutes, reduced } from "./waveform";

test("a waveform has the loudest of each part, and comes back as it went", () => {
  const heard = Array.from({ length: 1000 }, (_, at) => (at === 500 ? 0.5 : 0.1));
  const levels = reduced(heard);
  expect(levels).toHaveLength(64);
  expect(Math.max(...levels)).toBe(1);
  expect(levels.filter((level) => level === 1)).toHaveLength(1);
  expect(encoded(levels)).toMatch(/^[A-Za-z0-9_-]{2,171}$/);
  decoded(encoded(levels)).forEach((level, at) => expect(level).toBeCloseTo(levels[at]!, 2));
});

test("of nothing, of silence and of what is none there is something to show", () => {
  for (const levels of [reduced([]), reduced([0]), decoded("***")]) expect(levels).toEqual([0, 0]);
  expect(decoded("A".repeat(1000))).toHaveLength(128);
});

test("lengths are said in minutes", () => {
  expect([0, 65.4, 3661, -1].map(minutes)).toEqual(["0:00", "1:05", "1:01:01", "0:00"]);
});
