interface Toast {
  id: number;
  text: string;
}

const SHOWN_MS = 5_000;

/** Short notes at the edge of the page. */
class Toasts {
  list = $state<Toast[]>([]);
  #next = 1;

  add(text: string): void {
    const id = this.#next++;
    this.list.push({ id, text });
    setTimeout(() => this.drop(id), SHOWN_MS);
  }

  drop(id: number): void {
    this.list = this.list.filter((toast) => toast.id !== id);
  }
}

export const toasts = new Toasts();
