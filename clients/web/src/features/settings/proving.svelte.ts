import { ApiError, api } from "../../lib/api";
import type { SecondFactor } from "../../lib/wire";

type Work = () => Promise<void>;

/** Changes for which a person may have to show first that it is them. */
export class Proving {
  /** What they can show it with, while something waits for that. */
  factor = $state.raw<SecondFactor | null>(null);
  #held: Work | null = null;

  /** Does it, or asks for a proof first. */
  async change(work: Work): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "proof_required") throw error;
      this.factor = await api.get<SecondFactor>("/users/me/second-factor");
      this.#held = work;
    }
  }

  /** Does what waited, which was proved or is given up. */
  async goOn(proved: boolean): Promise<void> {
    const work = this.#held;
    this.factor = this.#held = null;
    if (proved && work) await work();
  }
}
