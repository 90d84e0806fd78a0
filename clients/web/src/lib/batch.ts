/** Collects what arrives and hands it over at once: with the next animation frame, or after 100 ms when the page is hidden. */
export class Batch<T> {
  #waiting: T[] = [];
  #cancel: (() => void) | null = null;

  constructor(private readonly flushed: (items: T[]) => void) {}

  add(item: T): void {
    this.#waiting.push(item);
    if (this.#cancel) return;
    const run = () => this.flush();
    // A hidden page gets no animation frames, and must still count what is unread.
    const timer = setTimeout(run, document.hidden ? 0 : 100);
    const frame = document.hidden ? 0 : requestAnimationFrame(run);
    this.#cancel = () => {
      clearTimeout(timer);
      if (frame) cancelAnimationFrame(frame);
    };
  }

  flush(): void {
    this.#cancel?.();
    this.#cancel = null;
    const items = this.#waiting;
    this.#waiting = [];
    if (items.length > 0) this.flushed(items);
  }
}
