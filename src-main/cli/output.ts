import type { Host } from './host.ts';

/** Where a command speaks: results to stdout (JSON lines with --json, text without), everything else to stderr. */
export class Output {
  readonly json: boolean;
  readonly #host: Host;
  #transient = '';

  constructor(host: Host, json: boolean) {
    this.#host = host;
    this.json = json;
  }

  /** One JSON object on a line of its own; nothing without --json. Not-a-number becomes null. */
  record(value: Readonly<Record<string, unknown>>): void {
    if (this.json) this.#host.stdout.write(`${JSON.stringify(value)}\n`);
  }

  /** The result in words; nothing with --json. */
  text(text: string): void {
    if (this.json) return;
    this.clearTransient();
    this.#host.stdout.write(`${text}\n`);
  }

  /** A part of a result as it comes, without a line's end; nothing with --json. */
  piece(text: string): void {
    if (this.json) return;
    this.clearTransient();
    this.#host.stdout.write(text);
  }

  /** What people should know besides the result. */
  note(text: string): void {
    this.clearTransient();
    this.#host.stderr.write(`${text}\n`);
  }

  get interactive(): boolean {
    return this.#host.stderr.isTTY === true;
  }

  /** A line that the next output takes the place of; for terminals. */
  transient(text: string): void {
    const width = (this.#host.stderr.columns ?? 80) - 1;
    this.#transient = text.slice(0, width);
    this.#host.stderr.write(`\r${this.#transient}\u001b[K`);
  }

  clearTransient(): void {
    if (this.#transient !== '') this.#host.stderr.write('\r\u001b[K');
    this.#transient = '';
  }
}
