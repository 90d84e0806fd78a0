/** Colours for code: comments, texts, numbers and words of the language, by what many languages have in common. */

const WORDS = {
  c: "abstract async await bool boolean break case catch char class const constexpr continue default defer delete do double else enum export extends extern false final finally float fn for func function goto if impl implements import in instanceof int interface internal let long loop match mod mut namespace new nil null nullptr of override package private protected public pub readonly return self short sizeof static string struct super switch this throw throws trait true try type typedef typeof undefined union unsigned use using val var virtual void volatile where while yield",
  py: "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda match None nonlocal not or pass raise return self True try while with yield begin do end ensure module require rescue then unless until",
  sh: "case do done elif else esac export fi for function if in local return select set then until while echo cd exit sudo source FROM RUN COPY CMD ENTRYPOINT ENV WORKDIR ARG EXPOSE true false null yes no",
  sql: "add all alter and as asc begin between by case column commit constraint create cross default delete desc distinct drop else end exists false foreign from full group having if in index inner insert into is join key left like limit not null offset on or order outer primary references returning right rollback select set table then true union unique update using values view when where with",
} as const;
type Family = keyof typeof WORDS;
const FAMILIES = Object.keys(WORDS) as Family[];

const NAMES: Record<Family, string> = {
  c: "c h cpp c++ cc cs csharp css dart go golang groovy java javascript js json jsonc jsx kotlin kt less objc php proto rs rust scala scss swift ts tsx typescript zig",
  py: "py python python3 rb ruby elixir nim julia",
  sh: "sh bash zsh shell console dockerfile docker ini toml yaml yml make makefile nginx conf env perl pl r",
  sql: "sql pgsql postgres postgresql mysql sqlite plsql lua haskell hs",
};
const FAMILY = new Map(
  FAMILIES.flatMap((family) => NAMES[family].split(" ").map((name) => [name, family] as const)),
);
const KNOWN = new Map(FAMILIES.map((family) => [family, new Set<string>(WORDS[family].split(" "))]));

const TEXT = String.raw`"(?:[^"\\\n]|\\.){0,300}"|'(?:[^'\\\n]|\\.){0,300}'`;
const LONG = String.raw`"{3}[^]*?(?:"{3}|$)|'{3}[^]*?(?:'{3}|$)`;
const LINE = String.raw`\/\/[^\n]*`;
const BLOCK = String.raw`\/\*[^]*?(?:\*\/|$)`;
const REST = String.raw`(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_]\w*)`;
const grammar = (comment: string, text: string) =>
  new RegExp(`(?<comment>${comment})|(?<text>${text})|${REST}`, "g");
const GRAMMAR: Record<Family, RegExp> = {
  c: grammar(`${LINE}|${BLOCK}`, `${TEXT}|\`[^\`]*\``),
  py: grammar("#[^\\n]*", `${LONG}|${TEXT}`),
  sh: grammar("(?<!\\S)#[^\\n]*", TEXT),
  sql: grammar(`--[^\\n]*|${BLOCK}`, TEXT),
};
/** Characters; what is longer is shown as it is. */
const LONGEST = 20_000;
const MOST = 2_000; // coloured pieces

/** Code as HTML, through `escape`; plain where its language is not known. */
export function highlight(code: string, language: string, escape: (text: string) => string): string {
  const family = FAMILY.get(language.toLowerCase());
  if (!family || code.length > LONGEST) return escape(code);
  const words = KNOWN.get(family)!;
  let html = "";
  let at = 0;
  let pieces = 0;
  for (const found of code.matchAll(GRAMMAR[family])) {
    const [whole] = found;
    const { comment, text, number, word } = found.groups!;
    const known = word !== undefined && words.has(family === "sql" ? word.toLowerCase() : word);
    const kind = comment ? "comment" : text ? "text" : number ? "number" : known ? "word" : "";
    if (!kind) continue;
    if (++pieces > MOST) break;
    html += `${escape(code.slice(at, found.index))}<span class="code-${kind}">${escape(whole)}</span>`;
    at = found.index + whole.length;
  }
  return html + escape(code.slice(at));
}
