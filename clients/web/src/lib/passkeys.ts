import { api } from "./api";
import type { PasskeyStarted } from "./wire";

/** On the wire bytes are text; the browser wants them as they are. */
const bytes = (text: string): ArrayBuffer =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0))
    .buffer as ArrayBuffer;

const text = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

type Described = { id: string; type: "public-key"; transports?: AuthenticatorTransport[] };
const described = (keys: Described[] | undefined) =>
  (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

/** Whether this browser can use passkeys at all. */
export const knowsPasskeys = (): boolean => "PublicKeyCredential" in window;

/** The person may say no, and a device may take too long: browsers do not tell which it was. */
async function asked(request: Promise<Credential | null>): Promise<PublicKeyCredential> {
  const found = await request.catch((error: unknown) => {
    const known = error instanceof DOMException && error.name === "InvalidStateError";
    throw new Error(known ? "This device has a passkey for you already." : "No passkey was used.");
  });
  if (!(found instanceof PublicKeyCredential)) throw new Error("No passkey was used.");
  return found;
}

const plain = (key: PublicKeyCredential) => ({ id: key.id, rawId: text(key.rawId), type: key.type });

/** Asks the server for a challenge, and a device for a new passkey that signs it. */
export async function makePasskey(): Promise<Record<string, unknown>> {
  const { ceremony, options } = await api.post<PasskeyStarted>("/users/me/passkeys/start");
  const given = options as unknown as {
    challenge: string;
    user: { id: string; name: string; displayName: string };
    excludeCredentials?: Described[];
  } & Omit<PublicKeyCredentialCreationOptions, "challenge" | "user" | "excludeCredentials">;
  const key = await asked(
    navigator.credentials.create({
      publicKey: {
        ...given,
        challenge: bytes(given.challenge),
        user: { ...given.user, id: bytes(given.user.id) },
        excludeCredentials: described(given.excludeCredentials),
      },
    }),
  );
  const made = key.response as AuthenticatorAttestationResponse;
  const response = {
    clientDataJSON: text(made.clientDataJSON),
    attestationObject: text(made.attestationObject),
    transports: made.getTransports?.() ?? [],
  };
  return { ceremony, credential: { ...plain(key), response } };
}

/** Asks the server at `start` for a challenge, and a passkey to sign it. */
export async function usePasskey(start: string): Promise<Record<string, unknown>> {
  const { ceremony, options } = await api.post<PasskeyStarted>(start);
  const given = options as unknown as {
    challenge: string;
    allowCredentials?: Described[];
  } & Omit<PublicKeyCredentialRequestOptions, "challenge" | "allowCredentials">;
  const key = await asked(
    navigator.credentials.get({
      publicKey: {
        ...given,
        challenge: bytes(given.challenge),
        allowCredentials: described(given.allowCredentials),
      },
    }),
  );
  const signed = key.response as AuthenticatorAssertionResponse;
  const response = {
    clientDataJSON: text(signed.clientDataJSON),
    authenticatorData: text(signed.authenticatorData),
    signature: text(signed.signature),
    ...(signed.userHandle ? { userHandle: text(signed.userHandle) } : {}),
  };
  return { ceremony, credential: { ...plain(key), response } };
}
