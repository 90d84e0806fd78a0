import MarkdownIt from "markdown-it";
import { purify } from "./trusted";

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

const cache = new Map<string, string>();
const CACHED = 800;

/** Safe HTML for the text of a message. */
export function render(text: string): string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const html = purify(markdown.render(text));
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value!);
  cache.set(text, html);
  return html;
}
