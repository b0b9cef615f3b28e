import { expect, it } from 'vitest';
import { filled, variablesOf } from '../../src-main/shared/prompt/fill.ts';

it('variables are found once each, and given their values', () => {
  const prompt = 'Dear {{name}},\n{{ text }} {{name}} \\{{name}} {{größe.a}} { {x}} {{1}}';
  expect(variablesOf(prompt)).toEqual(['name', 'text', 'größe.a']);
  expect(filled(prompt, { name: 'A', text: '{{name}}', 'größe.a': [1] })).toBe(
    'Dear A,\n{{name}} A {{name}} [1] { {x}} {{1}}',
  );
});
it('one without a value is refused by its name', () => {
  expect(() => filled('{{a}} {{b}}', { a: 1 })).toThrow(/\{\{b\}\}.*values for: a/);
  expect(() => filled('{{toString}}', {})).toThrow(/toString/);
});
