import { describe, expect, it } from "vitest";
import { render } from "./markdown";

function dom(text: string): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML = render(text);
  return root;
}

const ATTACKS = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg onload=alert(1)>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "[x](javascript:alert(1))",
  "[x](JaVaScRiPt&colon;alert(1))",
  "[x](\u0001javascript:alert(1))",
  "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
  "[x](vbscript:msgbox(1))",
  "[x](//evil.example)",
  "![x](https://evil.example/pixel.png)",
  "![x](javascript:alert(1))",
  '[x](https://a.example "onmouseover=alert(1)")',
  "<https://a.example/\"onmouseover='alert(1)>",
  "<a href='javascript:alert(1)'>x</a>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "```html\n</code></pre><script>alert(1)</script>\n```",
  '```"><img src=x onerror=alert(1)>\nx\n```',
  "`<img src=x onerror=alert(1)>`",
  "| a |\n| - |\n| <img src=x onerror=alert(1)> |",
  "&lt;script&gt;alert(1)&lt;/script&gt;",
  "&#60;img src=x onerror=alert(1)&#62;",
  "<style>*{display:none}</style>",
  "<form action=https://evil.example><input name=password></form>",
  "<base href=https://evil.example>",
  "<meta http-equiv=refresh content='0;url=https://evil.example'>",
  "<object data=data:text/html,x></object>",
];

describe("markdown", () => {
  it.each(ATTACKS)("makes %j harmless", (text) => {
    const root = dom(text);
    expect(
      root.querySelector("script,img,svg,iframe,style,form,input,base,meta,object,math,noscript"),
    ).toBeNull();
    for (const element of root.querySelectorAll("*")) {
      for (const attribute of element.getAttributeNames())
        expect(attribute).not.toMatch(/^on|^style$|^id$|^name$/);
      const href = element.getAttribute("href");
      if (href !== null) expect(href).toMatch(/^(https?:\/\/|mailto:|tel:|\/[^/])/i);
    }
  });

  it("shows what people write", () => {
    expect(dom("**bold** _it_ ~~gone~~ `code`").querySelector("p")?.innerHTML).toBe(
      "<strong>bold</strong> <em>it</em> <s>gone</s> <code>code</code>",
    );
    expect(dom("one\ntwo").querySelectorAll("br")).toHaveLength(1);
    expect(dom("- a\n- b").querySelectorAll("li")).toHaveLength(2);
    expect(dom("```py\nx = 1\n```").querySelector("pre code")?.textContent).toBe("x = 1\n");
    expect(dom("| a |\n| - |\n| b |").querySelectorAll("td")).toHaveLength(1);
    expect(dom("# Big").querySelector("h1")).toBeNull();
  });

  it("shows emoji of the workspace in texts, and no other picture", () => {
    const root = document.createElement("div");
    const customs = new Map([
      ["party", "/api/v1/workspaces/1/emoji/2/picture"],
      ["evil", "https://evil.example/x.png"],
    ]);
    root.innerHTML = render("a :party: `:party:` :unknown: :evil: at 10:30:00", undefined, customs);
    const [only, ...others] = root.querySelectorAll("img");
    expect([only?.getAttribute("src"), only?.alt]).toEqual([
      "/api/v1/workspaces/1/emoji/2/picture",
      ":party:",
    ]);
    expect(others).toEqual([]);
    expect(root.querySelector("code")?.textContent).toBe(":party:");
    expect(root.textContent).toContain(":unknown:");
    expect(dom("a :party:").querySelector("img")).toBeNull();
  });

  it("opens outside links apart and keeps inside ones", () => {
    const outside = dom("see https://a.example/b").querySelector("a")!;
    expect([outside.target, outside.rel]).toEqual(["_blank", "noopener noreferrer nofollow"]);
    expect(dom("[room](/r/1)").querySelector("a")?.hasAttribute("target")).toBe(false);
  });

  it.each([..."[*_`~|>("].map((mark) => [mark]))("is quick with 16,000 times %s", (mark) => {
    const started = performance.now();
    render(mark.repeat(16_000));
    expect(performance.now() - started).toBeLessThan(1_500);
  });
});

describe("mentions", () => {
  it("marks the names that the server found, in text and not in code", () => {
    const root = document.createElement("div");
    const marks = new Map([
      ["ann", true],
      ["bob.b", false],
    ]);
    root.innerHTML = render("@ann, **@Bob.b**. `@ann` a@ann @cid @ann's <b>@ann</b>", marks);
    const found = [...root.querySelectorAll(".mention")].map((mark) => [mark.textContent, mark.className]);
    expect(found).toEqual([
      ["@ann", "mention mine"],
      ["@Bob.b", "mention"],
      ["@ann", "mention mine"],
      ["@ann", "mention mine"],
    ]);
    expect(root.querySelector("b")).toBeNull();
  });
});
