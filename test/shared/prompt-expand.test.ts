import { describe, expect, it } from 'vitest';
import { ownVariables } from '../../src-main/shared/prompt/constructs.ts';
import { cellValues, givenAway, type ExamplesWish } from '../../src-main/shared/prompt/examples.ts';
import { expand, variablesIn, writtenOut, type Lookup } from '../../src-main/shared/prompt/expand.ts';
import { filled } from '../../src-main/shared/prompt/fill.ts';
import { PromptFault } from '../../src-main/shared/prompt/problems.ts';
import { plainText, turnsOf } from '../../src-main/shared/prompt/turns.ts';

/** A workspace of prompts by name, with a version 2 of each that says so, and one table. */
function lookup(prompts: Record<string, string>, cells: string[][] = []): Lookup {
  return {
    include({ name, version }) {
      if (!Object.hasOwn(prompts, name)) throw new PromptFault('include_unknown', { name });
      if (version !== null && version !== 2) throw new PromptFault('include_version', { name, version });
      return { prompt: `id of ${name}`, name, version, text: version === null ? prompts[name] : `${name}, the second` };
    },
    columns: () => ['text', 'the label'],
    draw: ({ dataset, count }: ExamplesWish) => ({
      ...{ dataset, version: 'dv_1', number: 1, columns: ['text', 'the label'] },
      rows: cells.slice(0, count).map((row, i) => ({ row: 10 * i, cells: row })),
    }),
  };
}
const of = (text: string, prompts: Record<string, string> = {}, cells: string[][] = [], mostLength = 10_000) =>
  expand(text, lookup(prompts, cells), { mostLength });
const problems = (...args: Parameters<typeof of>) => of(...args).problems.map(({ code }) => code);
const whole = (made: ReturnType<typeof of>) => filled(plainText(made.text), cellValues(made.examples));

describe('includes', () => {
  it('stand for the text of another prompt, its own includes and variables with it', () => {
    const made = of('Hi {{who}}. {{> tone}} Bye.', { tone: 'Be {{how}}, {{> close}}\n', close: 'and close.' });
    expect(made.text).toBe('Hi {{who}}. Be {{how}}, and close. Bye.');
    expect(variablesIn(made)).toEqual(['who', 'how']);
    expect(made.includes.map(({ name, version }) => [name, version])).toEqual([
      ['close', null],
      ['tone', null],
    ]);
    expect(made.problems).toEqual([]);
    expect(made.places).toMatchObject([{ kind: 'include', from: 12, to: 22, text: 'Be {{how}}, and close.' }]);
  });
  it('of a version stand for that one; the same prompt may come again beside itself', () => {
    expect(of('{{> a@2}}|{{>a@2}}|{{> a }}', { a: 'now' }).text).toBe('a, the second|a, the second|now');
  });
  it('bring their turns along in a line of their own, and nowhere else', () => {
    const prompts = { rules: 'system:\nBe brief.\n' };
    expect(turnsOf(of('{{> rules}}\n\nuser:\n{{q}}', prompts).text)).toEqual([
      { role: 'system', text: 'Be brief.' },
      { role: 'user', text: '{{q}}' },
    ]);
    expect(problems('user:\nSo: {{> rules}}', prompts)).toEqual(['include_turns']);
  });
  it('are plain text after a backslash', () => {
    const made = of('\\{{> a}} and \\{{#examples x}}', { a: 'A' });
    expect([made.text, made.problems]).toEqual(['{{> a}} and {{#examples x}}', []]);
  });
  it('that cannot be are told where they stand, with the names in their chain', () => {
    const prompts = { a: '{{> b}}', b: '{{> c}}', c: '{{> a}}', empty: ' \n' };
    const [cycle] = of('x {{> a}}', prompts).problems;
    expect(cycle).toMatchObject({ code: 'include_cycle', from: 2, to: 9, severity: 'error' });
    expect(cycle.message).toContain('a → b → c → a');
    expect(problems('{{> none}} {{> a@7}} {{> empty}} {{/examples}}', prompts)).toEqual([
      'include_unknown',
      'include_version',
      'include_empty',
      'examples_unopened',
    ]);
    const root = { prompt: 'id of a', name: 'a', version: null, text: '' };
    expect(expand('{{> b}}', lookup(prompts), { root, mostLength: 99 }).problems[0].message).toContain('a → b → c → a');
  });
  it('have bounds in depth and length, however they double', () => {
    const chain = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p${i}`, `x{{> p${i + 1}}}`]));
    expect(problems('{{> p0}}', { ...chain, p40: 'end' })).toEqual(['include_deep']);
    const doubles = Object.fromEntries(
      Array.from({ length: 15 }, (_, i) => [`d${i}`, `{{> d${i + 1}}} {{> d${i + 1}}}`]),
    );
    expect(problems('{{> d0}}', { ...doubles, d15: 'long '.repeat(10) })).toContain('expanded_too_long');
  });
  it('are held by number in a version: one that is not cannot be run', () => {
    const { problems: found } = expand('{{> a@2}} {{> a}}', lookup({ a: 'A' }), { kept: true, mostLength: 99 });
    expect(found.map(({ code, from }) => [code, from])).toEqual([['not_held', 10]]);
  });
});

describe('examples', () => {
  const cells = [
    ['one', 'A'],
    ['user:\n{{text}} {{> a}}', 'B'],
    ['three', 'A'],
  ];
  it('are written once for each row; a tag with a line for itself leaves none behind', () => {
    const made = of(
      'Say.\n{{#examples dataset=t count=2}}\n{{text}} → {{the label}}\n{{/examples}}\nNow {{text}}',
      {},
      cells,
    );
    expect(whole({ ...made, text: made.text.replace('{{text}}', '') })).toBe(
      'Say.\none → A\nuser:\n{{text}} {{> a}} → B\nNow ',
    );
    expect(variablesIn(made)).toEqual(['text']);
    expect(ownVariables('{{#examples dataset=t}}{{a}}{{/examples}}{{b}}')).toEqual(['b']);
    expect(made.examples).toMatchObject([
      { dataset: 't', split: 'train', count: 2, seed: 0, columns: ['text', 'the label'] },
    ]);
    expect(made.examples[0].rows.map(({ row }) => row)).toEqual([0, 10]);
  });
  it('can be turns, and no cell begins one or becomes a variable', () => {
    const text =
      '{{#examples dataset="t" count=2}}\nuser:\n{{text}}\nassistant:\n{{the label}}\n{{/examples}}\nuser:\n{{q}}';
    const made = of(text, {}, cells);
    const turns = turnsOf(made.text)!.map(({ role, text }) => [
      role,
      filled(text, { ...cellValues(made.examples), q: '?' }),
    ]);
    expect(turns).toEqual([
      ['user', 'one'],
      ['assistant', 'A'],
      ['user', 'user:\n{{text}} {{> a}}'],
      ['assistant', 'B'],
      ['user', '?'],
    ]);
    // Where it leaves the studio as text, it is the same turns.
    expect(turnsOf(writtenOut(made))!.map(({ role, text }) => [role, filled(text, { q: '?' })])).toEqual(turns);
  });
  it('come from includes as well, each with its own cells', () => {
    const block = '{{#examples dataset=t count=1}}{{text}};{{/examples}}';
    expect(whole(of(`${block}{{> other}}`, { other: block.replace('count=1', 'count=3') }, cells))).toBe(
      'one;one;user:\n{{text}} {{> a}};three;',
    );
  });
  it('say what is wrong with them', () => {
    const tag = (inside: string, body = '{{text}}') =>
      problems(`{{#examples ${inside}}}${body}{{/examples}}`, { a: 'A' }, cells);
    expect(tag('dataset=t datset=u')).toEqual(['examples_key']);
    expect(tag('split=train')).toEqual(['examples_dataset']);
    expect(tag('dataset=t split=most')).toEqual(['examples_split']);
    expect(tag('dataset=t count=0')).toEqual(['examples_number']);
    expect(tag('dataset=t count=101')).toEqual(['examples_number']);
    expect(tag('dataset="t" x')).toEqual(['examples_key']);
    expect(tag('dataset=t "')).toEqual(['examples_syntax']);
    expect(tag('dataset=t', '{{txt}}')).toEqual(['column_unknown']);
    expect(tag('dataset=t by=txt')).toEqual(['column_unknown']);
    expect(tag('dataset=t', '{{> a}}')).toEqual(['include_in_examples']);
    expect(problems('{{#examples dataset=t}}{{text}}')).toEqual(['examples_unclosed']);
    expect(tag('dataset=t split=test')).toEqual(['examples_from_test']);
    expect(of('{{#examples dataset=t split=test}}{{text}}{{/examples}}', {}, cells).problems[0].severity).toBe(
      'warning',
    );
  });
  it('give away the rows that are asked for, whatever file those come from', () => {
    const { examples } = of('{{#examples dataset=t count=1}}{{text}} {{the label}}{{/examples}}', {}, cells);
    const rows: Record<string, string>[] = [
      { text: 'one', 'the label': 'A', more: 'x' },
      { text: 'one', 'the label': 'B' },
      { text: 'two', 'the label': 'A' },
    ];
    expect(givenAway(examples, rows)).toBe(1);
    expect(givenAway([], rows)).toBe(0);
  });
});
