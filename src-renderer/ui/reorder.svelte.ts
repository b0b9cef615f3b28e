/**
 * A list whose entries are put in order by dragging. `order`: the ids as they stand; `drop`: one is let go of at another's place, from 0,
 * which those between make room for. Spread `entry(id)` on each of its elements.
 */
export class Reorder {
  readonly #order: () => readonly string[];
  readonly #drop: (id: string, to: number) => void;
  #dragged = $state<string | null>(null);
  #over = $state<string | null>(null);

  constructor(order: () => readonly string[], drop: (id: string, to: number) => void) {
    this.#order = order;
    this.#drop = drop;
  }

  /** On which side of this entry what is dragged would come to lie. */
  side(id: string): 'before' | 'after' | null {
    if (this.#dragged === null || this.#over !== id || this.#dragged === id) return null;
    const order = this.#order();
    return order.indexOf(this.#dragged) < order.indexOf(id) ? 'after' : 'before';
  }

  entry(id: string) {
    return {
      draggable: true,
      ondragstart: (event: DragEvent) => {
        this.#dragged = id;
        // Firefox and Chromium's own tests begin no drag without data; the type is nobody else's.
        event.dataTransfer?.setData('application/x-atelier-entry', id);
        if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
      },
      ondragend: () => this.#end(),
      ondragover: (event: DragEvent) => {
        if (this.#dragged === null) return;
        event.preventDefault();
        event.stopPropagation();
        this.#over = id;
      },
      ondrop: (event: DragEvent) => {
        if (this.#dragged === null) return;
        event.preventDefault();
        event.stopPropagation();
        const [dragged, to] = [this.#dragged, this.#order().indexOf(id)];
        this.#end();
        if (dragged !== id && to >= 0 && this.#order().includes(dragged)) this.#drop(dragged, to);
      },
    };
  }

  #end(): void {
    this.#dragged = null;
    this.#over = null;
  }
}
