import { api } from "./api";

const SAID: Record<string, string> = {
  linked: "It is linked to your account.",
  flow_lost: "That sign-in took too long, or began in another tab. Please try again.",
  provider_refused: "The provider did not agree to sign you in.",
  provider_away: "The provider cannot be reached just now. Please try again later.",
  not_admitted: "The provider knows you, but you may not come in here. Ask the owner of this server.",
  not_linked: "Nobody here has linked this identity. Sign in first, then link it in your profile.",
  already_linked: "This identity opens another account.",
  account_closed: "This account is closed.",
  try_again: "Somebody signed in at the same moment. Please try again.",
};

/** What the server says after a visit to a provider, told once: it leaves the address bar. */
export function toldOnReturn(): string {
  const code = new URLSearchParams(location.search).get("sign_in");
  if (code === null) return "";
  history.replaceState(null, "", location.pathname);
  return SAID[code] ?? "Signing in with the provider did not work. Please try again.";
}

/** Leaves the client for a provider, which sends the browser back. */
export async function visit(path: string, body: Record<string, string>): Promise<void> {
  const { url } = await api.post<{ url: string }>(path, body);
  location.assign(url);
}
