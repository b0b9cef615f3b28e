export type TipSide = 'top' | 'bottom' | 'left' | 'right';

interface Shown {
  text: string;
  keys: string | undefined;
  side: TipSide;
  on: HTMLElement;
}

/** After so long over a thing its tip comes; while one is up, or just was, the next comes at once. */
const delay = 400;
const grace = 250;
/** In pixels: a hand that presses is never quite still. */
const still = 4;

/** The one tip of the window. Things say what theirs is; `TipLayer` draws it. */
class Tips {
  #shown = $state.raw<Shown | null>(null);
  #timer: ReturnType<typeof setTimeout> | undefined;
  #hiddenAt = -Infinity;
  #walking = false;
  /** Where the button was last pressed, until the pointer leaves that place. */
  #pressed: { x: number; y: number } | null = null;

  get shown(): Shown | null {
    return this.#shown;
  }

  offer(tip: Shown): void {
    clearTimeout(this.#timer);
    const soon = this.#shown !== null || performance.now() - this.#hiddenAt < grace;
    this.#timer = setTimeout(() => (this.#shown = tip.on.isConnected ? tip : null), soon ? 0 : delay);
  }

  /** Whoever goes from thing to thing by keys is told what each is; where the focus only comes back, as from a menu, nobody asked. */
  get walking(): boolean {
    return this.#walking;
  }

  key(key: string): void {
    if (/^(Control|Shift|Alt|Meta)$/.test(key)) return;
    this.#walking = /^(Tab|Arrow.+|Home|End)$/.test(key);
    if (key !== 'Tab') this.hide();
  }

  press(x: number, y: number): void {
    this.#pressed = { x, y };
    this.hide();
  }

  /** Whether the pointer has been moved here: what takes the place of a thing that was pressed was not asked about. */
  came(x: number, y: number): boolean {
    if (this.#pressed && Math.hypot(x - this.#pressed.x, y - this.#pressed.y) < still) return false;
    this.#pressed = null;
    return true;
  }

  /** To be told whenever the page has changed: with the thing goes its tip. */
  changed(): void {
    if (this.#shown && !this.#shown.on.isConnected) this.hide();
  }

  hide(): void {
    clearTimeout(this.#timer);
    if (this.#shown === null) return;
    this.#shown = null;
    this.#hiddenAt = performance.now();
  }
}

export const tips = new Tips();
