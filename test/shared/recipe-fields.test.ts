import { describe, expect, it } from 'vitest';
import { stepInfos } from '../../src-main/datasets/recipes/index.ts';
import { infoOf, takesEffect, type StepSettings } from '../../src-main/shared/recipe.ts';

const shown = (kind: string, settings: StepSettings) => {
  const info = infoOf(stepInfos, kind);
  return info.fields.filter((field) => takesEffect(field, info, settings)).map(({ key }) => key);
};

describe('a field of a step', () => {
  it.each<[string, StepSettings, string[]]>([
    ['fill', {}, ['columns', 'with']],
    ['fill', { with: 'mode', value: '3' }, ['columns', 'with']],
    ['fill', { with: 'constant' }, ['columns', 'with', 'value']],
    ['bins', {}, ['columns', 'by', 'count']],
    ['bins', { by: 'width' }, ['columns', 'by', 'count']],
    ['bins', { by: 'edges' }, ['columns', 'by', 'edges']],
    ['personal', {}, ['columns', 'kinds', 'how']],
    ['personal', { how: 'hash' }, ['columns', 'kinds', 'how', 'salt']],
  ])('of %s with %j is there where it has an effect', (kind, settings, keys) =>
    expect(shown(kind, settings)).toEqual(keys),
  );

  it('depends on choices of its own step alone', () => {
    for (const { kind, fields } of stepInfos)
      for (const { key, only } of fields) {
        if (!only) continue;
        const other = fields.find((each) => each.key === only.key);
        expect(other?.kind, `${kind}.${key}`).toBe('choice');
        if (other?.kind === 'choice') expect(other.choices).toEqual(expect.arrayContaining([...only.is]));
      }
  });
});
