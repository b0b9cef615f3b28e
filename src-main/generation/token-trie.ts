/** Tokens by the bytes that they stand for, so that what cannot follow is left out with all that begins alike. */
export class TokenTrie {
  /** A node's byte, its first child, its next sibling and its first token; -1 where there is none. Node 0 is the root. */
  readonly byte: Uint8Array;
  readonly child: Int32Array;
  readonly sibling: Int32Array;
  readonly token: Int32Array;
  /** The next token of the same bytes. */
  readonly alike: Int32Array;

  /** Tokens without bytes are in none. */
  constructor(tokens: readonly (Uint8Array | null)[]) {
    let nodes = 1;
    for (const bytes of tokens) nodes += bytes?.length ?? 0;
    this.byte = new Uint8Array(nodes);
    this.child = new Int32Array(nodes).fill(-1);
    this.sibling = new Int32Array(nodes).fill(-1);
    this.token = new Int32Array(nodes).fill(-1);
    this.alike = new Int32Array(tokens.length).fill(-1);
    let used = 1;
    // Sorted, the node that is wanted is the newest child wherever there is one.
    const order = [...tokens.keys()].filter((token) => (tokens[token]?.length ?? 0) > 0);
    order.sort((a, b) => compare(tokens[a]!, tokens[b]!) || b - a);
    for (const token of order) {
      let at = 0;
      for (const byte of tokens[token]!) {
        const newest = this.child[at];
        if (newest < 0 || this.byte[newest] !== byte) {
          this.byte[used] = byte;
          this.sibling[used] = newest;
          this.child[at] = used++;
        }
        at = this.child[at];
      }
      this.alike[token] = this.token[at];
      this.token[at] = token;
    }
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
