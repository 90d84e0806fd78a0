import { ApiError, sentence } from "./api";

/** The state of one form: whether it is under way, and which field the server did not like. */
export class Form {
  busy = $state(false);
  problem = $state("");
  fields = $state<Record<string, string>>({});

  /** Runs `work` once at a time; says whether it went well. */
  async run(work: () => Promise<void>, known: string[] = []): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = "";
    this.fields = {};
    try {
      await work();
      return true;
    } catch (error) {
      this.#explain(error, known);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #explain(error: unknown, known: string[]): void {
    const rest: string[] = [];
    for (const { field, detail } of error instanceof ApiError ? error.fields : []) {
      const name = field.split(".").at(-1) ?? field;
      if (known.includes(name)) this.fields[name] = detail;
      else rest.push(detail);
    }
    if (Object.keys(this.fields).length === 0) this.problem = rest.join(" ") || sentence(error);
  }
}
