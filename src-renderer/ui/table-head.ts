import type { TableState } from './table-state.svelte.ts';

interface Options {
  id: string;
  table: TableState;
  scroller: () => HTMLElement | null;
}

/** A column's head under the pointer: its grip resizes (double-click fits it to its cells), the rest of it moves the column. */
export function headDrag(head: HTMLElement, options: Options) {
  let { id, table, scroller } = options;

  function fit() {
    const container = scroller();
    if (!container) return;
    const place = [...(head.parentElement?.children ?? [])].indexOf(head);
    let widest = 40;
    for (const row of container.querySelectorAll('[role=row]')) {
      const inner = row.children[place]?.firstElementChild;
      if (!inner) continue;
      const range = document.createRange();
      range.selectNodeContents(inner);
      widest = Math.max(widest, range.getBoundingClientRect().width + 28);
    }
    table.resize(id, Math.min(640, widest));
  }

  function down(event: PointerEvent) {
    if (event.button !== 0) return;
    const start = event.clientX;
    const resizing = (event.target as HTMLElement).hasAttribute('data-grip');
    const width = table.width(id);
    let moved = false;
    let over: HTMLElement | null = null;

    const move = (now: PointerEvent) => {
      const by = now.clientX - start;
      if (!moved && Math.abs(by) < 4) return;
      moved = true;
      if (resizing) return table.resize(id, width + by);
      const under = document.elementFromPoint(now.clientX, now.clientY)?.closest<HTMLElement>('[data-column]') ?? null;
      over?.classList.remove('over');
      over = under !== head && under?.parentElement === head.parentElement ? under : null;
      over?.classList.add('over');
      document.body.style.cursor = 'grabbing';
    };
    const up = () => {
      removeEventListener('pointermove', move);
      removeEventListener('pointerup', up);
      document.body.style.cursor = '';
      over?.classList.remove('over');
      if (!moved) return;
      // The click that ends a drag does not sort.
      head.addEventListener('click', swallow, { capture: true, once: true });
      setTimeout(() => head.removeEventListener('click', swallow, { capture: true }), 0);
      if (over?.dataset.column) table.move(id, over.dataset.column);
    };
    addEventListener('pointermove', move);
    addEventListener('pointerup', up);
    if (resizing) event.preventDefault();
  }

  const swallow = (event: Event) => event.stopPropagation();
  const double = (event: MouseEvent) => {
    if ((event.target as HTMLElement).hasAttribute('data-grip')) fit();
  };
  head.addEventListener('pointerdown', down);
  head.addEventListener('dblclick', double);
  return {
    update(next: Options) {
      ({ id, table, scroller } = next);
    },
    destroy() {
      head.removeEventListener('pointerdown', down);
      head.removeEventListener('dblclick', double);
    },
  };
}
