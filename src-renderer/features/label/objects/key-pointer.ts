import type { Box } from '../../../../src-main/shared/annotation.ts';
import type { Held, ObjectEditor } from './editor.ts';
import { clampTo, type Point } from './geometry.ts';

/** What a button held down goes on with; the other tools do their work where it is pressed. */
const dragging: readonly ObjectEditor['tool'][] = ['box', 'brush', 'eraser'];

/**
 * A pointer that keys move over the image: whatever a mouse draws by pressing, moving and letting go is drawn so without one. In whole pixels of
 * the image.
 */
export class KeyPointer {
  readonly #editor: ObjectEditor;
  at: Point | null = null;

  constructor(editor: ObjectEditor) {
    this.#editor = editor;
  }

  get shown(): boolean {
    return this.at !== null;
  }

  /** In the middle of what is seen. */
  show([x, y, width, height]: Box): void {
    this.#put([x + width / 2, y + height / 2]);
  }

  /** What it was about to draw is let go. */
  hide(): void {
    this.at = null;
    if (this.#editor.pressed) this.#editor.escape();
  }

  move(dx: number, dy: number, reach: number): void {
    if (!this.at) return;
    const at = this.#put([this.at[0] + dx, this.at[1] + dy]);
    if (this.#editor.pressed) this.#editor.drag(at, reach);
    else this.#editor.hover(at, reach);
  }

  /** Presses; of what is drawn from one place to another the next press lets go. */
  press(reach: number, held: Held = {}): void {
    if (!this.at) return;
    const { pressed, tool } = this.#editor;
    if (!pressed) this.#editor.press(this.at, reach, held);
    if (pressed || !dragging.includes(tool)) this.#editor.release(this.at, reach, held);
    this.#editor.hover(this.at, reach);
  }

  #put([x, y]: Point): Point {
    const { width, height } = this.#editor.scene.size;
    this.at = [clampTo(Math.round(x), 0, width), clampTo(Math.round(y), 0, height)];
    return this.at;
  }
}
