import { describe, expect, it } from "vitest";
import { beginning, toggleSpoiler, withoutSpoilers } from "./extras";
import { highlight } from "./highlight";
import { render } from "./markdown";
import spoilers from "./spoilers.json";

function dom(text: string): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML = render(text);
  return root;
}

describe("what markdown has besides", () => {
  it("hides spoilers until somebody wants to see them", () => {
    const spoilers = (text: string) =>
      [...dom(text).querySelectorAll(".spoiler")].map((each) => each.textContent);
    expect(spoilers("the ||cook **did** it|| and ||nobody||")).toEqual(["cook did it", "nobody"]);
    for (const text of ["a || b || c", "`||x||`", "||||", "||", "**||x** y||", "||a", "|| a||"])
      expect(spoilers(text), text).toEqual([]);
    const root = dom("||<img src=x onerror=alert(1)> https://a.example||");
    const hidden = root.querySelector(".spoiler")!;
    expect(root.querySelector("img")).toBeNull();
    expect(hidden.getAttribute("aria-expanded")).toBe("false");
    toggleSpoiler(hidden);
    expect([hidden.getAttribute("aria-expanded"), hidden.hasAttribute("aria-label")]).toEqual([
      "true",
      false,
    ]);
    toggleSpoiler(hidden);
    expect(hidden.getAttribute("aria-expanded")).toBe("false");
  });

  it.each(spoilers)("hides %j out of its place as the server does", (text, shown) => {
    expect(withoutSpoilers(text!)).toBe(shown);
  });

  it("keeps hidden what is cut off before its end", () => {
    expect(beginning(`so ||${"secret ".repeat(100)}||`)).toBe("so (spoiler)");
  });

  it("shows tasks, and leaves mathematics as it is written", () => {
    const boxes = [...dom("- [ ] buy\n- [x] *bake*\n- [y] no").querySelectorAll(".box")];
    expect(boxes.map((box) => box.getAttribute("aria-label"))).toEqual(["To do", "Done"]);
    expect(dom("- [ ] buy").querySelector("li.task")?.textContent).toContain("buy");
    expect(dom("[ ] not in a list").querySelector(".box")).toBeNull();
    expect(dom("$x_1 + y_1$ and $$e^{i}$$").textContent).toContain("$x_1 + y_1$ and $$e^{i}$$");
  });

  it.each([
    ["py", "def f(x):  # why\n    return 'a' + 12", ["def", "# why", "return", "'a'", "12"]],
    ["ts", "const a = `b`; // c\n/* d */", ["const", "`b`", "// c", "/* d */"]],
    ["SQL", "SELECT 'x' -- y", ["SELECT", "'x'", "-- y"]],
    ["sh", 'echo "$x" # y', ["echo", '"$x"', "# y"]],
    ["html", "</code></pre><script>alert(1)</script>", []],
    ["ts", "'</code><img src=x onerror=alert(1)>'", ["'</code><img src=x onerror=alert(1)>'"]],
    ["unknown", "def f(): 1", []],
  ])("colours code in %s", (language, code, marked) => {
    const root = dom(`\`\`\`${language}\n${code}\n\`\`\``);
    expect([...root.querySelectorAll("pre span")].map((span) => span.textContent)).toEqual(marked);
    expect(root.querySelector("pre")?.textContent).toBe(`${code}\n`);
    expect(root.querySelector("img,script")).toBeNull();
  });

  it("begins a text in one plain line", () => {
    const text = "# Wet\n\n**Bold** snake_case _soft_ [here](https://example.org) ||no||\n|a|b|\n|---|---|";
    expect(beginning(text)).toBe("Wet Bold snake_case soft here (spoiler) ab");
  });

  it.each(["/*", '"', "'\\", "`", '"""', "#", "a", "1.", "--"])("colours many %j quickly", (mark) => {
    const many = mark.repeat(Math.floor(19_000 / mark.length));
    const started = performance.now();
    for (const language of ["ts", "py", "sh", "sql"]) {
      const html = highlight(many, language, (text) => text);
      expect(html.match(/<span/g)?.length ?? 0).toBeLessThanOrEqual(2_000);
    }
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});
