import { describe, expect, it } from 'vitest';
import { philox, Random } from '../../src-main/shared/random.ts';

describe('Philox 4x32-10', () => {
  // Random123's published known answers (kat_vectors).
  it.each([
    [[0, 0, 0, 0], [0, 0], '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    [Array<number>(4).fill(0xffffffff), Array<number>(2).fill(0xffffffff), '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('counter %j, key %j', ([c0, c1, c2, c3], [key0, key1], wanted) => {
    const out = new Uint32Array(4);
    philox(out, c0, c1, c2, c3, key0, key1);
    expect([...out].map((word) => word.toString(16).padStart(8, '0')).join(' ')).toBe(wanted);
  });
});

describe('Random', () => {
  it('is a function of seed and stream alone', () => {
    const draw = (random: Random): number[] => Array.from({ length: 9 }, () => random.uint32());
    expect(draw(new Random(7, 2, 1))).toEqual(draw(new Random(7, 2, 1)));
    expect(draw(new Random(7, 2, 1))).not.toEqual(draw(new Random(7, 2, 2)));
    expect(draw(new Random(7))).not.toEqual(draw(new Random(7 + 2 ** 32)));
  });
  it('draws uniform and normal numbers', () => {
    const random = new Random(1);
    let sum = 0;
    let squares = 0;
    for (let i = 0; i < 20_000; i++) {
      const uniform = random.uniform();
      expect(uniform >= 0 && uniform < 1).toBe(true);
      const normal = random.normal();
      sum += normal;
      squares += normal * normal;
    }
    expect(Math.abs(sum / 20_000)).toBeLessThan(0.03);
    expect(Math.abs(squares / 20_000 - 1)).toBeLessThan(0.04);
  });
  it('shuffles every order about equally often', () => {
    const random = new Random(3);
    const counts = new Map<string, number>();
    for (let i = 0; i < 6_000; i++) {
      const order = [0, 1, 2];
      random.shuffle(order);
      counts.set(order.join(''), (counts.get(order.join('')) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150);
  });
  it('tells which a shuffle would bring to the first places', () => {
    for (const [size, count] of [
      [1, 0],
      [1, 1],
      [2, 1],
      [9, 0],
      [9, 4],
      [9, 9],
      [1000, 150],
      // So many that it rests between.
      [600_000, 90_000],
      [600_000, 590_000],
    ]) {
      const [random, other] = [new Random(size, 5), new Random(size, 5)];
      const order = Array.from({ length: size }, (_, i) => i);
      random.shuffle(order);
      const choosing = other.choosing(size, count);
      let marks = new Uint8Array();
      for (let next = choosing.next(); ; next = choosing.next()) {
        if (next.done) {
          marks = next.value as typeof marks;
          break;
        }
      }
      expect(Array.from(marks.entries(), ([i, mark]) => (mark ? i : -1)).filter((i) => i >= 0)).toEqual(
        order.slice(0, count).sort((a, b) => a - b),
      );
      // Both go on with the same number.
      expect(other.uint32()).toBe(random.uint32());
    }
  });
});
