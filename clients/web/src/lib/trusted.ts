import DOMPurify, { type Config } from "dompurify";

const refuse = (): never => {
  throw new TypeError("Talkoot makes no script from text.");
};

const WORKER = "/worker.js";

/** The only policy of our own: what it wraps has been, or is about to be, through DOMPurify. */
const policy = window.trustedTypes?.createPolicy("talkoot", {
  createHTML: (html: string) => html,
  createScript: refuse,
  createScriptURL: (url: string) => (url === WORKER ? url : refuse()),
});

/** Where the one script is that runs beside the page. */
export const workerAddress = (): string => (policy?.createScriptURL(WORKER) ?? WORKER) as unknown as string;

const TAGS = [
  ..."a blockquote br code del em hr li ol p pre s strong table tbody td th thead tr ul".split(" "),
  ..."div img span".split(" "),
];

const CONFIG: Config = {
  ALLOWED_TAGS: TAGS,
  ALLOWED_ATTR: [
    "alt",
    "src",
    "role",
    "href",
    "title",
    "class",
    "start",
    "target",
    "rel",
    "tabindex",
    "data-user",
  ],
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:|tel:|\/)/i,
  // The pattern for addresses is not meant for these.
  ADD_URI_SAFE_ATTR: ["target", "rel", "start", "tabindex"],
  ALLOW_DATA_ATTR: false,
  RETURN_TRUSTED_TYPE: true,
  ...(policy ? { TRUSTED_TYPES_POLICY: policy } : {}),
};

/** The only pictures in texts are emoji of a workspace: none is loaded from elsewhere. */
DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (
    node.tagName === "IMG" &&
    !/^\/api\/v1\/workspaces\/[^/]+\/emoji\//.test(node.getAttribute("src") ?? "")
  )
    node.remove();
});

/** HTML that may be shown, as a trusted type where the browser knows them. */
export function purify(html: string): string {
  return DOMPurify.sanitize(html, CONFIG) as unknown as string;
}
