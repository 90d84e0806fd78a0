const NEAR = 48;
const AHEAD = 700;

/** Keeps a scrolled list where the reader has it: at its end when they are at the end, else at the row they look at. */
export class Scrolling {
  atBottom = $state(true);
  /** The divider before what is new stands above what is on the screen. */
  newAbove = $state(false);
  #box: HTMLElement | undefined;
  #anchor: { key: string; top: number } | null = null;

  constructor(
    private readonly on: {
      moved(): void;
      nearTop(): void;
      nearBottom(): void;
    },
  ) {}

  /** Takes charge of a scrolling element whose rows carry `data-key`. */
  readonly attach = (box: HTMLElement): (() => void) => {
    this.#box = box;
    const resized = new ResizeObserver(() => this.restore());
    resized.observe(box);
    if (box.firstElementChild) resized.observe(box.firstElementChild);
    box.addEventListener("scroll", this.look, { passive: true });
    return () => {
      resized.disconnect();
      box.removeEventListener("scroll", this.look);
      this.#box = undefined;
    };
  };

  /** Looks where the reader is. */
  readonly look = (): void => {
    const box = this.#box;
    if (!box) return;
    this.atBottom = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    this.#remember(box);
    this.on.moved();
    this.ask();
  };

  /** Asks for more where the reader comes near an end of what is on the page. */
  ask(): void {
    const box = this.#box;
    if (!box) return;
    if (box.scrollTop < AHEAD) this.on.nearTop();
    if (box.scrollHeight - box.scrollTop - box.clientHeight < AHEAD) this.on.nearBottom();
  }

  /** After the rows changed: back to where the reader was. */
  restore(): void {
    const box = this.#box;
    if (!box) return;
    if (this.atBottom) box.scrollTop = box.scrollHeight;
    else if (this.#anchor) {
      const row = this.row(this.#anchor.key);
      if (row) box.scrollTop += row.getBoundingClientRect().top - this.#anchor.top;
    }
    this.#remember(box);
  }

  toBottom(): void {
    this.atBottom = true;
    this.restore();
    this.look();
  }

  /** Puts a row into view, `share` of the height below the top. */
  toRow(key: string, share: number): boolean {
    const box = this.#box;
    const row = this.row(key);
    if (!box || !row) return false;
    box.scrollTop +=
      row.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight * share;
    this.look();
    return true;
  }

  /** Puts a row into view, if it is not. */
  show(key: string): void {
    const place = this.row(key)?.getBoundingClientRect();
    const box = this.#box?.getBoundingClientRect();
    if (place && box && (place.top < box.top || place.bottom > box.bottom + NEAR)) this.toRow(key, 0.4);
  }

  row(key: string): HTMLElement | null {
    return this.#box?.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`) ?? null;
  }

  #remember(box: HTMLElement): void {
    const top = box.getBoundingClientRect().top;
    this.newAbove = (this.row("new")?.getBoundingClientRect().bottom ?? top) < top;
    for (const row of box.querySelectorAll<HTMLElement>("[data-key]")) {
      const place = row.getBoundingClientRect();
      // Dividers come and go; messages stay.
      if (place.bottom <= top || row.dataset.fixed === undefined) continue;
      this.#anchor = { key: row.dataset.key!, top: place.top };
      return;
    }
  }
}
