import { describe, expect, it } from 'vitest';
import { usualGeneration } from '../../../src-main/shared/generation.ts';
import { withOwn, type OwnSettings } from '../../../src-main/shared/prompt/own-settings.ts';

const own: OwnSettings = {
  settings: { maxTokens: 20, temperature: 0, beams: 4, lengthPenalty: 2, noRepeat: 3 },
  leftOut: [],
};

describe('what a model’s own description says holds', () => {
  it('wherever nobody has said otherwise', () => {
    const { settings, own: taken } = withOwn({ ...usualGeneration, maxTokens: 7 }, ['maxTokens'], own);
    expect(settings).toEqual({ ...usualGeneration, ...own.settings, maxTokens: 7 });
    expect(taken).toEqual(['temperature', 'beams', 'noRepeat', 'lengthPenalty']);
  });
  it('but for a search, where chance, a form or a beginning is asked', () => {
    const drawn = withOwn({ ...usualGeneration, temperature: 0.7 }, ['temperature'], own);
    expect(drawn.settings).toEqual({ ...usualGeneration, temperature: 0.7, maxTokens: 20, noRepeat: 3 });
    const form = { kind: 'regex', pattern: 'a' } as const;
    expect(withOwn({ ...usualGeneration, form }, [], own).settings).toMatchObject({ beams: 1, temperature: 0 });
    expect(withOwn(usualGeneration, [], own, true).settings).toMatchObject({ beams: 1, noRepeat: 3 });
    // A temperature of 0 asks for no chance, and a search is one that was asked for.
    expect(withOwn({ ...usualGeneration, temperature: 0 }, ['temperature'], own).settings.beams).toBe(4);
    const both = withOwn({ ...usualGeneration, beams: 2 }, ['beams'], own);
    expect(both.settings).toMatchObject({ beams: 2, lengthPenalty: 2, temperature: 0 });
  });
  it('and nothing of a model that has none', () => {
    expect(withOwn(usualGeneration, [], null)).toEqual({ settings: usualGeneration, own: [] });
  });
});
