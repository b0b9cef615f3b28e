import { describe, expect, it } from 'vitest';
import { Constraint } from '../../src-main/generation/constraint.ts';
import { codePoints } from '../../src-main/generation/grammar/code-points.ts';
import { Grammar } from '../../src-main/generation/grammar/grammar.ts';
import { jsonSchema } from '../../src-main/generation/grammar/json-schema.ts';
import { regex } from '../../src-main/generation/grammar/regex.ts';
import { candidates, draw } from '../../src-main/generation/sampling.ts';
import { TokenTrie } from '../../src-main/generation/token-trie.ts';
import { Random } from '../../src-main/shared/random.ts';
import { plainSampling } from '../support/plain-sampling.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const whole = ['{"', '":', ', "', '"}', 'name', 'e', ' ', 'é', 'éa', '\n  ', '}', 'tru', '😀x', '12', '2'].map(utf8);
const singles = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
/** Token 0 is special. */
const vocabulary = [null, ...whole, ...singles, utf8('name')];
const trie = new TokenTrie(vocabulary);

function read(pattern: string) {
  const grammar = new Grammar();
  return { grammar, language: regex(grammar, pattern, (ranges) => codePoints(grammar, ranges)) };
}

describe('tokens by their bytes', () => {
  it('are just those that may come, as trying each of them finds', () => {
    for (const pattern of ['[a-z]+', 'na(me)?', 'é?a?', '.*', '\\d{1,2}x', '(tru|tr)e', '[^a]{3}']) {
      const { grammar, language } = read(pattern);
      const tried = vocabulary.flatMap((bytes, token) => {
        const after = bytes && [...bytes].reduce((now, byte) => grammar.after(now, byte), language);
        return after && grammar.shortest(after) < Infinity ? [token] : [];
      });
      const found = new Constraint({ grammar, language }, trie, vocabulary).next(1e9);
      expect([...found].sort((a, b) => a - b)).toEqual(tried);
    }
  });
  it('of the same bytes are both there', () => {
    const found = new Constraint(read('name'), trie, vocabulary).next(9);
    expect(found.has(5) && found.has(vocabulary.length - 1)).toBe(true);
  });
});

describe('output that is held to a form', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' }, list: { type: 'array', items: { type: 'integer' } }, deep: { $ref: '#' } },
    required: ['name', 'list'],
  };
  it('parses a hundred times out of a hundred, written by chance, within the tokens there are', () => {
    const random = new Random(1);
    const form = jsonSchema(schema);
    for (let turn = 0; turn < 100; turn++) {
      const most = 30 + random.below(60);
      const constraint = new Constraint(form, trie, vocabulary);
      const bytes: number[] = [];
      let left = most;
      while (left > 0 && !(constraint.mayEnd && (constraint.mustEnd || random.below(5) === 0))) {
        const allowed = constraint.next(left--);
        if (allowed.size === 0) break;
        const logits = Float32Array.from(vocabulary, () => 3 * random.normal());
        const token = draw(
          candidates(logits, plainSampling, undefined, (each) => allowed.has(each)),
          random,
        );
        constraint.take(token);
        bytes.push(...vocabulary[token]!);
      }
      const value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(bytes))) as object;
      expect(Object.keys(value).slice(0, 2)).toEqual(['name', 'list']);
    }
  });
  it('takes the shortest way where there are too few tokens from the start', () => {
    const constraint = new Constraint(read('[ab]{5}c?'), trie, vocabulary);
    for (let i = 0; i < 5; i++) constraint.take(Math.min(...constraint.next(2)));
    expect(constraint.mayEnd).toBe(true);
    expect(constraint.next(0).size).toBe(0);
  });
  it('is refused where no token can write it', () => {
    const only = [utf8('a'), null];
    const constraint = new Constraint(read('ab'), new TokenTrie(only), only);
    constraint.take(0);
    expect(() => constraint.next(10)).toThrow(expect.objectContaining({ code: 'output_cannot_go_on' }) as Error);
    expect(() => constraint.take(1)).toThrow(RangeError);
  });
});
