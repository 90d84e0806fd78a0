import type { ReportReason } from "./wire";

/** Why something may be reported, in words. */
export const REASONS: Record<ReportReason, string> = {
  spam: "Spam or advertising",
  harassment: "Harassment",
  hate: "Hate",
  violence: "Violence or threats",
  sexual: "Sexual content",
  self_harm: "Self-harm",
  privacy: "It tells what is private",
  illegal: "It is against the law",
  other: "Something else",
};
