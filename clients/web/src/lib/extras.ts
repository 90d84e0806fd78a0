import type { MarkdownIt, StateCore, Token } from "markdown-it";

const BARS = /(\|\|)/;
const TASK = /^\[([ xX])\] /;
const HIDDEN = "Spoiler: press to show it";

/** What is written `||so||` is hidden until somebody wants to see it; a list of `[ ]` and `[x]` is one of tasks. */
export function addExtras(markdown: MarkdownIt): void {
  // Before links are looked for, which would take the bars behind them.
  markdown.core.ruler.before("linkify", "spoilers", (state) => {
    for (const { children } of state.tokens) {
      if (children?.some(({ type, content }) => type === "text" && content.includes("||")))
        children.splice(0, children.length, ...paired(pieces(freed(children, state), state)));
    }
  });
  markdown.core.ruler.push("tasks", (state) => {
    state.tokens.forEach(({ type, children }, index) => {
      const [item, paragraph] = [state.tokens[index - 2], state.tokens[index - 1]];
      const first = children?.[0];
      if (type !== "inline" || paragraph?.type !== "paragraph_open" || item?.type !== "list_item_open")
        return;
      const mark = first?.type === "text" ? TASK.exec(first.content) : null;
      if (!mark || !first) return;
      first.content = first.content.slice(mark[0].length);
      const task = new state.Token("task", "", 0);
      task.meta = { done: mark[1] !== " " };
      children!.unshift(task);
      item.attrJoin("class", "task");
    });
  });
  const { rules } = markdown.renderer;
  rules.spoiler_open = () =>
    `<span class="spoiler" role="button" tabindex="0" aria-expanded="false" aria-label="${HIDDEN}"><span>`;
  rules.spoiler_close = () => "</span></span>";
  rules.task = (tokens, index) => {
    const done = tokens[index]!.meta?.done === true;
    return `<span class="box" role="img" aria-label="${done ? "Done" : "To do"}">${done ? "☑" : "☐"}</span> `;
  };
}

/** The same with bars behind a bare link that were taken for its end. */
function freed(children: readonly Token[], state: StateCore): Token[] {
  const all = [...children];
  for (let index = all.length - 3; index >= 0; index--) {
    const [begin, text] = [all[index]!, all[index + 1]!];
    if (begin.type !== "link_open" || begin.markup !== "linkify" || !text.content.endsWith("||")) continue;
    text.content = text.content.slice(0, -2);
    begin.attrSet("href", String(begin.attrGet("href")).replace(/(?:%7C|\|){2}$/i, ""));
    const bars = new state.Token("text", "", 0);
    [bars.content, bars.level] = ["||", begin.level];
    all.splice(index + 3, 0, bars);
  }
  return all;
}

/** The same with every `||` of a text by itself. */
function pieces(children: readonly Token[], state: StateCore): Token[] {
  return children.flatMap((token) => {
    if (token.type !== "text" || !token.content.includes("||")) return [token];
    return token.content
      .split(BARS)
      .filter(Boolean)
      .map((content) => {
        const piece = new state.Token("text", "", 0);
        piece.content = content;
        piece.level = token.level;
        piece.meta = { bars: content === "||" };
        return piece;
      });
  });
}

/** Two bars with something between them, at the same depth and close to it, hide that. */
function paired(tokens: Token[]): Token[] {
  let open: Token | null = null;
  let place = 0;
  tokens.forEach((token, index) => {
    if (open && token.level < open.level) open = null;
    if (token.meta?.bars !== true) return;
    const [before, behind] = [tokens[index - 1], tokens[index + 1]];
    if (open && token.level === open.level && index > place + 1 && !/\s$/.test(said(before))) {
      [open.type, open.nesting] = ["spoiler_open", 1];
      [token.type, token.nesting] = ["spoiler_close", -1];
      open = null;
    } else if (behind && behind.meta?.bars !== true && !/^\s/.test(said(behind))) {
      [open, place] = [token, index];
    }
  });
  return tokens;
}

function said(token: Token | undefined): string {
  if (token?.type === "text") return token.content;
  return token?.type.endsWith("break") ? " " : "";
}

/** Shows what a spoiler hides, or hides it again. */
export function toggleSpoiler(spoiler: Element): void {
  const shown = spoiler.classList.toggle("shown");
  spoiler.setAttribute("aria-expanded", String(shown));
  if (shown) spoiler.removeAttribute("aria-label");
  else spoiler.setAttribute("aria-label", HIDDEN);
}

const LOOKED_AT = 500; // characters
const INSTEAD = "(spoiler)";

/**
 * A text without what its writer hid, for where it stands out of its place, by the rule of the server; all
 * between the first and the last with code in it, for bars in code are none: rather too much than too little.
 */
export function withoutSpoilers(text: string): string {
  const [first = "", ...parts] = text.split("||");
  const greedy = text.includes("`");
  const shown = [first];
  let [opened, before] = [-1, first];
  for (const behind of parts) {
    if (opened >= 0 && /\S$/.test(before)) {
      shown.splice(opened, shown.length, INSTEAD + behind);
      if (!greedy) opened = -1;
    } else {
      if (/^\S/.test(behind) && !(greedy && opened >= 0)) opened = shown.length;
      shown.push(`||${behind}`);
    }
    before = behind;
  }
  return shown.join("");
}

/** The first words of a text as one plain line, without its Markdown and what its writer hid. */
export function beginning(text: string): string {
  // What is hidden may end behind what is looked at.
  const looked = text.length > LOOKED_AT ? `${text.slice(0, LOOKED_AT)}||` : text;
  const lines = withoutSpoilers(looked)
    .split("\n")
    .filter((line) => /[^ |:=-]/.test(line)); // without what only divides, in a table for one
  return lines
    .join(" ")
    .replace(/\]\([^()\s]{0,500}\)/g, "")
    .replace(/!?\[|[*~`#>|\\]+|(?<!\w)_+|_+(?!\w)/g, "")
    .replace(/\s+/g, " ")
    .trim();
}
