import { describe, expect, it } from 'vitest';
import { RunFields, type RunField } from '../../src-main/shared/run-fields.ts';
import { filterOffers } from '../../src-main/shared/run-filter-offers.ts';

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
});
