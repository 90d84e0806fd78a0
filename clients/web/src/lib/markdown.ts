import MarkdownIt from "markdown-it";
import { purify } from "./trusted";

/** The names that a text mentions, in small letters, and whether that is oneself. */
export type Marks = Map<string, boolean>;
const MENTION = /((?<![\p{L}\p{N}_@./\\])@[\p{L}\p{N}_](?:[\p{L}\p{N}_.-]*[\p{L}\p{N}_])?)/u;

/** The grammar that the server uses too: CommonMark, tables, strikethrough, bare links, line breaks kept, no HTML. */
const markdown = new MarkdownIt("default", { html: false, linkify: true, breaks: true, typographer: false });
// An image would be loaded from elsewhere and tell its host who reads.
markdown.disable("image");
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false });
markdown.validateLink = (url) => /^(?:https?:|mailto:|tel:|\/(?!\/))/i.test(url.trim());

const rules = markdown.renderer.rules;
// A heading inside a message would disturb the outline of the page.
rules.heading_open = (tokens, index) => `<p class="heading ${tokens[index]!.tag}">`;
rules.heading_close = () => "</p>\n";
// Scrollable, therefore reachable with the keyboard.
rules.table_open = () => '<div class="scroll" tabindex="0"><table>';
rules.table_close = () => "</table></div>";
rules.fence = rules.code_block = (tokens, index) =>
  `<pre tabindex="0"><code>${markdown.utils.escapeHtml(tokens[index]!.content)}</code></pre>`;

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

const cache = new Map<string, string>();
const CACHED = 800;

/** Safe HTML for the text of a message. */
export function render(text: string, marks?: Marks): string {
  const key = marks?.size ? `${text}\0${[...marks].join()}` : text;
  const known = cache.get(key);
  if (known !== undefined) return known;
  const html = purify(markdown.render(text, { marks }));
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value!);
  cache.set(key, html);
  return html;
}
