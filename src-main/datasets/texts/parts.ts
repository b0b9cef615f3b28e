/** A long text is cut into parts of about `most` characters: at blank lines where there are any, else at ends of lines, at spaces, or anywhere. */
export class PartCutter {
  readonly #most: number;
  #rest = '';

  constructor(most: number) {
    this.#most = most;
  }

  /** Takes more of the text and gives the parts that are whole now. */
  add(text: string): string[] {
    this.#rest += text;
    const parts: string[] = [];
    // What is a little too long stays in one piece: half a part would be the next.
    let from = 0;
    while (this.#rest.length - from > this.#most * 1.5) {
      const end = this.#end(from);
      parts.push(this.#rest.slice(from, end));
      from = end;
    }
    this.#rest = this.#rest.slice(from);
    return parts;
  }

  /** What is left. */
  end(): string {
    const rest = this.#rest;
    this.#rest = '';
    return rest;
  }

  #end(from: number): number {
    const limit = from + this.#most;
    for (const mark of ['\n\n', '\n', ' ']) {
      const at = this.#rest.lastIndexOf(mark, limit - mark.length);
      if (at >= from + this.#most / 4) return at + mark.length;
    }
    // Not between the halves of a character.
    return /[\ud800-\udbff]/.test(this.#rest[limit - 1]) ? limit - 1 : limit;
  }
}
