import { describe, expect, it } from 'vitest';
import { architectures } from '../../src-main/architectures/index.ts';
import { augmentKinds, augmentFields } from '../../src-main/shared/augment/kinds.ts';
import { learningFields, learningNumbers } from '../../src-main/shared/learning.ts';
import type { SettingField } from '../../src-main/shared/run.ts';
import { Tunables, checkRange } from '../../src-main/shared/tunable.ts';
import { usualRange } from '../../src-main/shared/tunable-range.ts';

const field = (
  key: string,
  low: number,
  high: number,
  standard: number,
  kind: 'integer' | 'number' = 'number',
): SettingField => ({
  key,
  kind,
  min: low,
  max: high,
  default: standard,
});

describe('the range that a setting is first searched in', () => {
  it('is one that a study takes, for every setting of every architecture and augmentation', () => {
    for (const architecture of architectures) {
      const tunables = new Tunables([architecture]);
      for (const each of architecture.fields) {
        const range = usualRange(each, each.default);
        if (!range) continue;
        checkRange(tunables.find(`set.${each.key}`, each.key), range, `${architecture.id}.${each.key}`);
        if (range.type === 'float' || range.type === 'int')
          expect([each.key, range.low < range.high]).toEqual([each.key, true]);
      }
    }
    const tunables = new Tunables(architectures);
    for (const kind of augmentKinds) {
      const range = usualRange(field(`augment.${kind}`, 0, augmentFields[kind].max, 0), 0)!;
      checkRange(tunables.find(`augment.${kind}`, kind), range, kind);
    }
    for (const key of learningNumbers) {
      const { min, max, usual, whole } = learningFields[key];
      checkRange(
        tunables.find(key, key),
        usualRange(field(key, min, max, usual, whole ? 'integer' : 'number'), usual)!,
        key,
      );
    }
  });

  it('lies around what the setting is', () => {
    const rate = usualRange(field('learningRate', 1e-9, 100, 0.001), 0.01);
    expect(rate).toEqual({ type: 'float', low: 0.0003, high: 0.3, log: true });
    expect(usualRange(field('batchSize', 1, 65_536, 32, 'integer'), 4)).toEqual({
      type: 'categorical',
      choices: [1, 2, 4, 8, 16],
    });
    expect(usualRange(field('layers', 1, 24, 2, 'integer'), 20)).toEqual({ type: 'int', low: 10, high: 24 });
    const hidden: SettingField = { key: 'hidden', kind: 'integers', default: '128', min: 1, max: 200, maxLength: 2 };
    expect(usualRange(hidden, '128')).toEqual({ type: 'categorical', choices: ['64', '128', '200', '128,128'] });
    expect(usualRange(field('seed', 0, 9, 1, 'integer'), 1)).toBeNull();
  });
});
