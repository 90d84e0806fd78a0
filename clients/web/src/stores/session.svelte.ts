import { ApiError, api, onMustEnrol, onSignedOut, sentence, setCsrf } from "../lib/api";
import { knowsPasskeys, usePasskey } from "../lib/passkeys";
import { toldOnReturn } from "../lib/provider";
import { pushEnded } from "../lib/push";
import { forget } from "../lib/storage";
import { localZone } from "../lib/time";
import type { Me, Registration, SessionState, SignedIn, SecondStepOut } from "../lib/wire";
import { toasts } from "./toasts.svelte";

export type Standing =
  "loading" | "setup" | "signed-out" | "second-step" | "enrolling" | "signed-in" | "unreachable";

/** Who sits in front of this browser, if the server knows. */
class Session {
  standing = $state<Standing>("loading");
  user = $state<Me | null>(null);
  registration = $state<Registration>("invite");
  /** Whether this server sends mail, and whether an account has to have an address. */
  mail = $state(false);
  addressRequired = $state(false);
  /** Whether rooms that everyone may read are shown without an account. */
  anonymousReaders = $state(false);
  error = $state("");
  /** Why the person stands at the door again. */
  reason = $state("");
  /** What can be the second step, while it is missing. */
  methods = $state<SecondStepOut["methods"]>([]);
  /** Whether passkeys can be used here: by this browser, at this address. */
  passkeys = $state(false);

  constructor() {
    onMustEnrol(() => {
      if (this.standing === "signed-in") this.standing = "enrolling";
    });
    onSignedOut(() => {
      if (this.standing === "signed-in") this.#leave("Your session has ended. Please sign in again.");
    });
  }

  async refresh(): Promise<void> {
    try {
      const state = await api.get<SessionState>("/auth/session");
      setCsrf(state.csrf);
      this.registration = state.registration;
      this.mail = state.mail;
      this.addressRequired = state.address_required;
      this.anonymousReaders = state.anonymous_readers;
      this.passkeys = state.passkeys && knowsPasskeys();
      const told = toldOnReturn();
      if (state.setup_required) this.standing = "setup";
      else if (state.must_enrol) this.#enrol(state.user);
      else if (state.second_step) this.#wait(state.second_step);
      else if (state.user) {
        await this.#enter();
        if (told) toasts.add(told);
      } else this.#leave(told);
    } catch (error) {
      if (this.standing !== "loading" && error instanceof ApiError && error.retryable) return;
      this.error = sentence(error);
      this.standing = "unreachable";
    }
  }

  async login(username: string, password: string): Promise<void> {
    const answer = await api.post<SignedIn | SecondStepOut>("/auth/login", { username, password });
    if ("methods" in answer) this.#wait(answer);
    else await this.#entered(answer);
  }

  /** The second step with a code, or without one with a passkey. */
  async step(code?: string): Promise<void> {
    const body = code === undefined ? { passkey: await usePasskey("/auth/second-step/passkey") } : { code };
    await this.#entered(await api.post<SignedIn>("/auth/second-step", body));
  }

  /** Both steps in one. */
  async loginWithPasskey(): Promise<void> {
    const signed = await usePasskey("/auth/passkey/start");
    await this.#entered(await api.post<SignedIn>("/auth/passkey", signed));
  }

  /** Back to the first step. */
  async beginAgain(): Promise<void> {
    await api.delete("/auth/second-step");
    this.#leave("");
  }

  async logout(): Promise<void> {
    const user = this.user?.id;
    try {
      await api.post("/auth/logout");
    } finally {
      if (user) forget(user);
      this.#leave("");
    }
  }

  /** The server has closed this session. */
  ended(): void {
    this.#leave("Your session has ended. Please sign in again.");
  }

  async #entered(answer: SignedIn): Promise<void> {
    setCsrf(answer.csrf);
    if (answer.must_enrol) this.#enrol(answer.user);
    else await this.#enter();
  }

  #enrol(user: Me | null): void {
    this.user = user;
    this.standing = "enrolling";
  }

  #wait(wanted: SecondStepOut): void {
    this.methods = wanted.methods;
    this.standing = "second-step";
  }

  /** The person has left for good, or will have. */
  left(when: string): void {
    const later = `Your account will be deleted on ${when}. Sign in before that to keep it.`;
    this.#leave(when ? later : "Your account is deleted.");
  }

  async #enter(): Promise<void> {
    this.user = await api.get<Me>("/users/me");
    this.reason = "";
    this.standing = "signed-in";
    // The first visit tells the server which clock this person lives by.
    if (!this.user.time_zone) {
      api.patch<Me>("/users/me", { time_zone: localZone() }).then(
        (user) => (this.user = user),
        () => undefined,
      );
    }
  }

  #leave(reason: string): void {
    setCsrf(null);
    pushEnded();
    this.user = null;
    this.reason = reason;
    this.standing = "signed-out";
  }
}

export const session = new Session();
