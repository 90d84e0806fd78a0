import MarkdownIt from "markdown-it";
import type { Customs } from "./custom";
import { addExtras } from "./extras";
import { highlight } from "./highlight";
import { purify } from "./trusted";

/** The names that a text mentions, in small letters, and whether that is oneself. */
export type Marks = Map<string, boolean>;
const CUSTOM = /(:[a-z0-9_+-]{1,64}:)/;
const MENTION = /((?<![\p{L}\p{N}_@./\\])@[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?)/u;

/** The grammar that the server uses too: CommonMark, tables, strikethrough, bare links, line breaks kept, no HTML. */
const markdown = new MarkdownIt("default", { html: false, linkify: true, breaks: true, typographer: false });
// An image would be loaded from elsewhere and tell its host who reads.
markdown.disable("image");
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.validateLink = (url) => /^(?:https?:|mailto:|tel:|\/(?!\/))/i.test(url.trim());

addExtras(markdown);
const coloured = ({ content, info }: { content: string; info: string }) =>
  highlight(content, info.trim().split(/\s/, 1)[0] ?? "", markdown.utils.escapeHtml);

const rules = markdown.renderer.rules;
// A heading inside a message would disturb the outline of the page.
rules.heading_open = (tokens, index) => `<p class="heading ${tokens[index]!.tag}">`;
rules.heading_close = () => "</p>\n";
// Scrollable, therefore reachable with the keyboard.
rules.table_open = () => '<div class="scroll" tabindex="0"><table>';
rules.table_close = () => "</table></div>";
rules.fence = rules.code_block = (tokens, index) =>
  `<pre tabindex="0"><code>${coloured(tokens[index]!)}</code></pre>`;

const link =
  rules.link_open ?? ((tokens, index, options, _env, self) => self.renderToken(tokens, index, options));
rules.link_open = (tokens, index, options, env, self) => {
  const token = tokens[index]!;
  if (!String(token.attrGet("href")).startsWith("/")) {
    token.attrSet("target", "_blank");
    token.attrSet("rel", "noopener noreferrer nofollow");
  }
  return link(tokens, index, options, env, self);
};

/** Names that the server found are shown as such: they are marked in text, never in code. */
markdown.core.ruler.push("mentions", (state) => {
  const { marks } = state.env as { marks?: Marks };
  if (!marks?.size) return;
  for (const { children } of state.tokens) {
    if (!children?.some((token) => token.type === "text" && token.content.includes("@"))) continue;
    const marked = children.flatMap((token) => {
      if (token.type !== "text") return [token];
      return token.content.split(MENTION).map((content, index) => {
        const mine = index % 2 === 1 ? marks.get(content.slice(1).toLowerCase()) : undefined;
        const piece = new state.Token(mine === undefined ? "text" : "mention", "", 0);
        piece.content = content;
        piece.meta = { mine };
        return piece;
      });
    });
    children.splice(0, children.length, ...marked);
  }
});
rules.mention = (tokens, index) => {
  const { content, meta } = tokens[index]!;
  return `<span class="mention${meta?.mine === true ? " mine" : ""}">${markdown.utils.escapeHtml(content)}</span>`;
};

/** `:name:` of an emoji of the workspace becomes its picture; in code it stays what it is. */
markdown.core.ruler.push("customs", (state) => {
  const { customs } = state.env as { customs?: Customs };
  if (!customs?.size) return;
  for (const { children } of state.tokens) {
    if (!children?.some((token) => token.type === "text" && CUSTOM.test(token.content))) continue;
    const shown = children.flatMap((token) => {
      if (token.type !== "text") return [token];
      return token.content.split(CUSTOM).map((content, index) => {
        const picture = index % 2 === 1 ? customs.get(content.slice(1, -1)) : undefined;
        const piece = new state.Token(picture ? "custom" : "text", "", 0);
        piece.content = content;
        piece.meta = { picture };
        return piece;
      });
    });
    children.splice(0, children.length, ...shown);
  }
});
rules.custom = (tokens, index) => {
  const { content, meta } = tokens[index]!;
  const [name, picture] = [content, String(meta?.picture)].map(markdown.utils.escapeHtml);
  return `<img class="custom-emoji" src="${picture}" alt="${name}" title="${name}">`;
};

const cache = new Map<string, string>();
const CACHED = 800;
let lastCustoms: Customs | undefined;

/** Safe HTML for the text of a message. */
export function render(text: string, marks?: Marks, customs?: Customs): string {
  if (customs !== lastCustoms) cache.clear();
  lastCustoms = customs;
  const key = marks?.size ? `${text}\0${[...marks].join()}` : text;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const html = purify(markdown.render(text, { marks, customs }));
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value!);
  cache.set(key, html);
  return html;
}
