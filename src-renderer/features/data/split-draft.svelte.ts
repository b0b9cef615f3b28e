import type { Manifest, SplitName } from '../../../src-main/shared/dataset.ts';
import { parseNumber } from '../../words/numbers.ts';

/** A number as typed, and whether it can be taken. */
class TypedNumber {
  text = $state('');
  #low: number;
  #high: number;
  #whole: boolean;

  constructor(value: number, low: number, high: number, whole: boolean) {
    this.text = String(value);
    this.#low = low;
    this.#high = high;
    this.#whole = whole;
  }
  get value(): number | null {
    const value = parseNumber(this.text);
    if (value === null || value < this.#low || value > this.#high) return null;
    return this.#whole && !Number.isInteger(value) ? null : value;
  }
  get wrong(): boolean {
    return this.value === null;
  }
}

/** The shares and the seed of another split of the same samples; shares in percent. */
export class SplitDraft {
  #samples: number;
  readonly validation: TypedNumber;
  readonly test: TypedNumber;
  readonly seed: TypedNumber;

  constructor(manifest: Pick<Manifest, 'samples' | 'splits' | 'splitSeed'>) {
    this.#samples = manifest.samples;
    const share = (split: SplitName, otherwise: number) => {
      const percent = Math.round((manifest.splits[split] / Math.max(1, manifest.samples)) * 1000) / 10;
      return percent >= 1 && percent <= 90 ? percent : otherwise;
    };
    this.validation = new TypedNumber(share('validation', 10), 1, 90, false);
    this.test = new TypedNumber(share('test', 10), 1, 90, false);
    this.seed = new TypedNumber(manifest.splitSeed, 0, 2 ** 32 - 1, true);
  }

  /** Nothing would be left to train on. */
  get tooMuch(): boolean {
    return (this.validation.value ?? 0) + (this.test.value ?? 0) >= 99;
  }
  get value(): { seed: number; validation: number; test: number } | null {
    const [validation, test, seed] = [this.validation.value, this.test.value, this.seed.value];
    if (validation === null || test === null || seed === null || this.tooMuch) return null;
    return { seed, validation: validation / 100, test: test / 100 };
  }
  get counts(): Record<SplitName, number> {
    const value = this.value;
    const validation = Math.round(this.#samples * (value?.validation ?? 0));
    const test = Math.round(this.#samples * (value?.test ?? 0));
    return { train: this.#samples - validation - test, validation, test };
  }
}
