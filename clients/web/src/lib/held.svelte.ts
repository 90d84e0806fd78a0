import { ApiError } from "./api";
import type { Form } from "./form.svelte";

type Work = () => Promise<void>;

/** Work of a form that waits until the person has shown that it is them. */
export class Held {
  readonly #form: Form;
  #work = $state.raw<Work | null>(null);
  #known: string[] = [];

  constructor(form: Form) {
    this.#form = form;
  }

  get waits(): boolean {
    return this.#work !== null;
  }

  /** Does it, or keeps it if the server asks for a proof first. */
  async try(work: Work): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== "proof_required") throw error;
      this.#work = work;
    }
  }

  /** As the form does; `known` are its fields. */
  readonly run = (work: Work, known: string[] = []): void => {
    this.#known = known;
    void this.#form.run(() => this.try(work), known);
  };

  readonly proved = (): void => {
    const work = this.#work;
    this.drop();
    if (work) this.run(work, this.#known);
  };

  readonly drop = (): void => {
    this.#work = null;
  };
}
