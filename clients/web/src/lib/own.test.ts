import { expect, test } from "vitest";
import { linkedIn } from "../features/quotes/quote";
import { forInput, proposals } from "../features/scheduled/times";

const ROOM = "01997b0e-5c1f-7d52-9b43-6f0a4c1d2e3f";
const HERE = "https://chat.example.org";
const id = (n: number) => `01997b12-0d4e-7a10-8c55-2b7e9f6a1c0${n}`;

test("links to messages of this server are found, each once and not too many", () => {
  const link = (n: number, origin = HERE) => `${origin}/r/${ROOM}/m/${id(n)}`;
  expect(linkedIn(`see ${link(1)}, ${link(2)} and ${link(1)}`, HERE)).toEqual([id(1), id(2)]);
  expect(linkedIn(`${link(1, "https://elsewhere.example.org")} ${HERE}/r/${ROOM}`, HERE)).toEqual([]);
  expect(linkedIn([1, 2, 3, 4].map((n) => link(n)).join(" "), HERE)).toHaveLength(3);
});

test("the proposed times are ahead, on the day that they say", () => {
  for (let day = 1; day <= 8; day += 1) {
    const now = new Date(2026, 10, day, 10, 30);
    const [hour, tomorrow, monday] = proposals(now).map((choice) => choice.at);
    expect(forInput(hour!)).toBe(`2026-11-0${day}T11:30`);
    expect([tomorrow!.getHours(), tomorrow!.getDate()]).toEqual([9, day + 1]);
    expect([monday!.getDay(), monday! > now]).toEqual([1, true]);
  }
});
