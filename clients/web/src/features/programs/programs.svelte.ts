import { api } from "../../lib/api";
import { Form } from "../../lib/form.svelte";
import type { Id, Page, User } from "../../lib/wire";

export interface Program {
  id: Id;
  owner: User;
  ownerless: boolean;
  disabled: boolean;
}

/** Bots or applications of a workspace, one of which is shown; or none, where one is being made. */
export class Programs<P extends Program> {
  readonly form = new Form();
  list = $state.raw<P[]>([]);
  chosen = $state("");

  /** `showing` is called with what is shown from now on. */
  constructor(
    readonly base: string,
    private readonly showing: (program: P | undefined) => void,
  ) {}

  get shown(): P | undefined {
    return this.list.find((each) => each.id === this.chosen);
  }

  get path(): string {
    return `${this.base}/${this.chosen}`;
  }

  /** What a list of them offers; `called` is the name of one. */
  options(none: string, called: (program: P) => string): [string, string][] {
    const mark = (each: P) => (each.disabled ? " (off)" : each.ownerless ? " (without an owner)" : "");
    return [["", none], ...this.list.map((each): [string, string] => [each.id, called(each) + mark(each)])];
  }

  show(id: string): void {
    this.chosen = id;
    [this.form.problem, this.form.fields] = ["", {}];
    this.showing(this.shown);
  }

  async read(): Promise<void> {
    this.list = (await api.get<Page<P>>(this.base)).items;
  }

  async change(changes: object): Promise<void> {
    await api.patch<P>(this.path, changes);
    await this.read();
  }

  async make<Made extends P>(wanted: object): Promise<Made> {
    const made = await api.post<Made>(this.base, wanted);
    await this.read();
    this.show(made.id);
    return made;
  }

  async remove(): Promise<void> {
    await api.delete(this.path);
    await this.read();
    this.show("");
  }
}
