// One line per step. A step that has nothing to do stays silent, so a second start prints nothing at all.

const seconds = (ms) => (ms < 9_950 ? (ms / 1000).toFixed(1) : Math.round(ms / 1000).toString());

export class Progress {
  #out;
  #running = new Map();
  #ticker = null;

  /** @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} [out] */
  constructor(out = process.stdout) {
    this.#out = out;
  }

  /**
   * Runs `work`, saying what started, and at the end how it went and how long it took.
   * `work` may return a better title, or { instead } when it came out otherwise than wanted but set-up goes on.
   */
  async step(title, work) {
    const started = Date.now();
    this.#say(`… ${title}`, { transient: true });
    this.#running.set(title, started);
    this.#tick();
    try {
      const done = await work();
      this.#end(title);
      const text = done?.instead ?? (typeof done === 'string' ? done : title);
      this.#say(`${done?.instead ? '•' : '✓'} ${text} (${seconds(Date.now() - started)} s)`);
    } catch (error) {
      this.#end(title);
      this.#say(`✗ ${title} (${seconds(Date.now() - started)} s)`);
      throw error;
    }
  }

  note(text) {
    this.#say(`• ${text}`);
  }

  #end(title) {
    this.#running.delete(title);
    if (this.#running.size === 0 && this.#ticker) {
      clearInterval(this.#ticker);
      this.#ticker = null;
    }
  }

  // On a terminal the running steps share one last line that counts seconds; in a log each start is its own line.
  #tick() {
    if (!this.#out.isTTY || this.#ticker) return;
    this.#ticker = setInterval(() => this.#status(), 1000);
    this.#ticker.unref?.();
    this.#status();
  }

  #status() {
    const parts = [...this.#running].map(([title, since]) => `${title} (${Math.round((Date.now() - since) / 1000)} s)`);
    const width = (this.#out.columns ?? 80) - 3;
    this.#out.write(`\r\x1b[2K… ${parts.join(' · ').slice(0, width)}`);
  }

  #say(line, { transient = false } = {}) {
    if (!this.#out.isTTY) this.#out.write(`${line}\n`);
    else if (!transient) {
      this.#out.write(`\r\x1b[2K${line}\n`);
      if (this.#running.size > 0) this.#status();
    }
  }
}
