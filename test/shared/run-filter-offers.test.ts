import { describe, expect, it } from 'vitest';
import { RunFields, type RunField } from '../../src-main/shared/run-fields.ts';
import { filterOffers, withCondition } from '../../src-main/shared/run-filter-offers.ts';
import { parseRunFilter } from '../../src-main/shared/run-filter.ts';

const fields = new RunFields(['architecture', 'learningRate', 'dropout'], ['test/accuracy', 'layer 1/grad']);
const values: Record<string, string[]> = { architecture: ['cnn', 'mlp', 'res net'], tags: ['base', 'to keep'] };
const valuesOf = (field: RunField) => values[field.key] ?? [];
const offers = (text: string) => {
  const caret = text.indexOf('|');
  const plain = text.replace('|', '');
  const { from, to, offers } = filterOffers(plain, caret, fields, valuesOf);
  return { taken: plain.slice(from, to), offers };
};

describe('what a filter can go on with', () => {
  it.each([
    ['arch|', 'arch', ['archived', 'architecture']],
    ['not acc|', 'acc', ['test/accuracy']],
    ['(lear|', 'lear', ['learning_rate']],
    ['grad|', 'grad', ['`layer 1/grad`']],
    ['architecture |', '', ['=', '!=', '<', '<=', '>', '>=', '~', '!~', 'in', 'exists']],
    ['architecture = |', '', ['cnn', 'mlp', '"res net"']],
    ['architecture=m|', 'm', ['mlp']],
    ['architecture in (cnn, |', '', ['cnn', 'mlp', '"res net"']],
    ['architecture = mlp |', '', ['and', 'or']],
    ['architecture = mlp a|', 'a', ['and']],
    ['dropout exists |', '', ['and', 'or']],
    ['architecture = mlp and dropo|', 'dropo', ['dropout']],
    ['tag:|', 'tag:', ['tag:base', 'tag:"to keep"']],
    ['archit|ecture = mlp', 'architecture', ['architecture']],
    ['dropout = |', '', []],
  ])('%s', (text, taken, expected) => {
    expect(offers(text)).toEqual({ taken, offers: expected });
  });

  it('offers everything at the beginning', () => {
    expect(offers('|').offers).toEqual(expect.arrayContaining(['not', 'tag:', 'status', 'learning_rate']));
  });

  it('offers only what can be read', () => {
    for (const name of fields.names) {
      const text = withCondition('', fields.find(name)!, 'a b');
      expect(() => parseRunFilter(text.replace(/= .*/, 'exists'), fields)).not.toThrow();
    }
    expect(withCondition('dropout exists', { kind: 'setting', key: 'learningRate' }, '0.1')).toBe(
      'dropout exists and learning_rate = 0.1',
    );
  });
});
