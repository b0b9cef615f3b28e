import type { Rejected } from '../../shared/dataset.ts';

const kept = 1000;

/** The first 1,000 things left out, and how many there were. */
export class Rejects {
  readonly list: Rejected[] = [];
  count = 0;

  /** Where the list stands, to `rewind` to if what follows is done over. */
  mark(): { kept: number; count: number } {
    return { kept: this.list.length, count: this.count };
  }

  rewind(to: { kept: number; count: number }): void {
    this.list.length = to.kept;
    this.count = to.count;
  }

  add(where: string, code: string, message: string): void {
    this.count++;
    if (this.list.length < kept) this.list.push({ where, code, message });
  }
}
