import { AtelierError } from '../../shared/errors.ts';

/** Of what is small when packed, this much is unpacked in any case. */
const always = 2 ** 28;
/** Tables and logs pack a hundredfold at best; what grows more was made to. */
const maxRatio = 200;
const most = 2 ** 40;

/** How far something may grow as it is unpacked: bytes are counted as they come, since a header may claim anything. */
export class Allowance {
  readonly #name: string;
  readonly #allowed: number;
  #unpacked = 0;

  /** `stored`: bytes as packed. `name` is for the message. */
  constructor(name: string, stored: number) {
    this.#name = name;
    this.#allowed = Math.min(most, Math.max(always, stored * maxRatio));
  }

  /** Throws `unpacks_too_large`. */
  take(bytes: number): void {
    this.#unpacked += bytes;
    if (this.#unpacked <= this.#allowed) return;
    const size = this.#allowed === most ? '1 TB' : `${Math.round(this.#allowed / 2 ** 20)} MB`;
    throw new AtelierError(
      'unpacks_too_large',
      `${this.#name} unpacks to more than ${size}, over ${maxRatio} times its size or more than can be imported. Nothing was stored; if it is what it should be, unpack it yourself and import a part of it.`,
    );
  }
}
