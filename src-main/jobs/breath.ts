/** The thread is held no longer than this, in milliseconds, but for one step. */
const mostHeld = 4;

/** Lets other work of this thread go on, now and then: to be asked between the steps of long work. */
export class Breath {
  #begun = performance.now();

  async ifDue(): Promise<void> {
    if (performance.now() - this.#begun < mostHeld) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#begun = performance.now();
  }
}
