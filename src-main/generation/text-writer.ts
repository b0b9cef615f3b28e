/** What tokens stand for (see `tokenizers/token-bytes.ts`), or what a tokenizer makes of all of them. */
export interface TokenReader {
  bytes: readonly (Uint8Array | null)[] | null;
  dropsFirstSpace: boolean;
  /** The text that these tokens add to the prompt. */
  decode(tokens: readonly number[]): string;
}

/** A text as it is written token by token. What may still change is held back: half a character, or what may be the beginning of a stop text. */
export class TextWriter {
  readonly #reader: TokenReader;
  readonly #stop: readonly string[];
  readonly #decoder = new TextDecoder();
  readonly #tokens: number[] = [];
  #text = '';
  #told = 0;
  #stopped = false;

  /** @param begins where a text begins with it: then a space before its first word is not there */
  constructor(reader: TokenReader, stop: readonly string[], begins: boolean) {
    this.#reader = reader;
    this.#stop = stop.filter((text) => text !== '');
    this.#begins = begins && reader.dropsFirstSpace;
  }
  #begins: boolean;

  get stopped(): boolean {
    return this.#stopped;
  }
  get text(): string {
    return this.#text;
  }

  /** What can be told of the text after this token. */
  add(token: number): string {
    this.#tokens.push(token);
    const { bytes, decode } = this.#reader;
    if (bytes === null) {
      const whole = decode(this.#tokens);
      // The last character may be half of one.
      this.#text = whole.endsWith('\ufffd') ? whole.slice(0, -1) : whole;
    } else this.#append(this.#decoder.decode(bytes[token] ?? new Uint8Array(0), { stream: true }));
    return this.#tell(this.#safe());
  }

  /** What is left to tell. */
  end(): string {
    if (this.#stopped) return '';
    if (this.#reader.bytes === null) this.#text = this.#reader.decode(this.#tokens);
    else this.#append(this.#decoder.decode());
    this.#cut();
    return this.#tell(this.#text.length);
  }

  #append(more: string): void {
    if (this.#begins && more !== '') {
      more = more.replace(/^ /, '');
      this.#begins = false;
    }
    this.#text += more;
  }

  #tell(upTo: number): string {
    const more = this.#text.slice(this.#told, upTo);
    this.#told = Math.max(this.#told, upTo);
    return more;
  }

  #cut(): void {
    const places = this.#stop.map((stop) => this.#text.indexOf(stop)).filter((at) => at >= 0);
    if (places.length === 0) return;
    this.#text = this.#text.slice(0, Math.min(...places));
    this.#stopped = true;
  }

  /** How far the text is sure. */
  #safe(): number {
    this.#cut();
    const { length } = this.#text;
    if (this.#stopped) return length;
    let held = 0;
    for (const stop of this.#stop) {
      for (let n = Math.min(stop.length - 1, length); n > held; n--) {
        if (this.#text.endsWith(stop.slice(0, n))) held = n;
      }
    }
    return length - held;
  }
}
