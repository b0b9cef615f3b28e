import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { isPromptfoo, readPromptfoo } from '../../../src-main/prompts/promptfoo/read.ts';
import { writePromptfoo } from '../../../src-main/prompts/promptfoo/write.ts';
import { headingLines } from '../../../src-main/shared/prompt/turns.ts';
import type { PromptCheck } from '../../../src-main/shared/prompt/checks.ts';

const none = (): string => {
  throw new Error('nothing is to be read');
};
const read = (yaml: string, files: Record<string, string> = {}) =>
  readPromptfoo(yaml, 'c.yaml', (path) => files[path.replace(/^[.]\//, '')] ?? none());

describe('a promptfoo configuration', () => {
  it('gives its prompts, its tests’ values as rows, and the checks that all have in common', () => {
    const suite = read(`
description: capitals
providers: [openai:gpt-4]
prompts:
  - 'What is the capital of {{country}}?'
  - id: terse
    label: Terse
    raw: 'Capital of {{country}}, one word:'
defaultTest:
  vars: { tone: kind }
  assert: [{ type: is-json }]
tests:
  - vars: { country: France }
    assert: [{ type: contains, value: Paris }, { type: icontains, value: 'the {{tone}}' }]
  - vars: { country: Peru, tone: 3 }
    assert: [{ type: contains, value: Lima }, { type: icontains, value: 'the {{tone}}' }]
`);
    expect(suite.prompts).toEqual([
      { name: 'What is the capital of {{country}}?', text: 'What is the capital of {{country}}?' },
      { name: 'Terse', text: 'Capital of {{country}}, one word:' },
    ]);
    expect(suite.rows).toEqual([
      { tone: 'kind', country: 'France', expected: 'Paris' },
      { tone: '3', country: 'Peru', expected: 'Lima' },
    ]);
    expect(suite.checks).toEqual([
      { kind: 'json' },
      { kind: 'contains', wanted: { column: 'expected' } },
      {
        kind: 'javascript',
        script: 'output.toLowerCase().includes(expected.toLowerCase())',
        wanted: { text: 'the {{tone}}' },
      },
    ]);
    expect(suite.left).toEqual([]);
  });

  it('has conversations as turns, whatever they say', () => {
    const chat = JSON.stringify([
      { role: 'system', content: 'Be brief.\nuser:\nis no turn' },
      { role: 'user', content: '{{q}}' },
    ]);
    const { prompts } = read(`prompts: [file://chat.json, "user:\\nplain"]\ntests: []`, { 'chat.json': chat });
    expect(prompts[0]).toEqual({ name: 'chat', text: 'system:\nBe brief.\n\\user:\nis no turn\n\nuser:\n{{q}}' });
    expect(prompts[1].text).toBe('\\user:\nplain');
  });

  it('with several values of a variable has a test of each', () => {
    const { rows } = read(`prompts: ['{{a}}{{b}}{{c}}']\ntests: [{ vars: { a: [1, 2], b: [x, y], c: { d: 1 } } }]`);
    expect(rows.map(({ a, b, c }) => `${a}${b}${c}`)).toEqual(['1x{"d":1}', '1y{"d":1}', '2x{"d":1}', '2y{"d":1}']);
    expect(() =>
      read(
        `prompts: [x]\ntests: [${Array.from({ length: 101 }, () => '{ vars: { a: [' + '1,'.repeat(100) + '] } }').join()}]`,
      ),
    ).toThrow(/more than 10000 tests/);
  });

  it('takes tests from CSV with its own words for what is expected', () => {
    const csv = 'q,__expected1,__expected2\nA,"contains-any: x, y",\nB,"fn: output.length < 9",equal\n';
    const { rows, checks, left } = read('prompts: ["{{q}}"]\ntests: file://t.csv', { 't.csv': csv });
    expect(rows.map(({ q }) => q)).toEqual(['A', 'B']);
    expect(checks.map(({ kind }) => kind)).toEqual(['javascript', 'javascript']);
    const [any, equal] = checks as Extract<PromptCheck, { kind: 'javascript' }>[];
    expect(any.script).toBe(`expected === '' || (JSON.parse(expected).some((part) => output.includes(part)))`);
    expect(rows.map((row) => row.expected)).toEqual(['["x","y"]', '']);
    expect(equal.script).toBe(`expected === '' || (output.trim() === expected.trim())`);
    expect(rows.map((row) => row.expected_2)).toEqual(['', 'equal']);
    expect(left).toEqual(['The assertion "javascript" was left out: only 1 of 2 tests have it.']);
  });

  it('has scripts that see the context as there', () => {
    const { checks } = read(`
prompts: [x]
tests:
  - assert:
      - { type: javascript, value: 'output.includes(context.vars.a)' }
      - { type: javascript, value: "const { vars } = context;\\nreturn output === vars.a;" }
`);
    const run = (check: PromptCheck, output: string): unknown => {
      const { script } = check as Extract<PromptCheck, { kind: 'javascript' }>;
      const body = /\breturn\b/.test(script) ? script : `return (${script});`;

      return (new Function('output', 'vars', body) as (output: string, vars: object) => unknown)(output, { a: 'yes' });
    };
    expect(checks).toHaveLength(2);
    expect(checks.map((check) => [run(check, 'yes'), run(check, 'no')])).toEqual([
      [true, false],
      [true, false],
    ]);
  });

  it('tells what the studio has no word for', () => {
    const { left, checks } = read(`
prompts: ['{% if x %}a{% endif %}', file://make.py]
scenarios: []
tests: [{ assert: [{ type: latency, threshold: 3 }, { type: llm-rubric, value: nice }, { type: python, value: x }] }]
`);
    expect(checks).toEqual([]);
    expect(left.map((sentence) => sentence.slice(0, 40))).toEqual([
      'Templates with more than {{names}} are k',
      'The prompt "make.py" was left out: only ',
      '"scenarios" was left out: the studio has',
      'The assertion "latency" was left out: th',
      'The assertion "llm-rubric" was left out:',
      'The assertion "python" was left out: the',
    ]);
  });

  it.each(['', '- a', 'prompts: []', 'prompts: [{ label: x }]', 'a: [', 'prompts: &a [*a]'])(
    'that is none is refused: %s',
    (yaml) => {
      expect(() => read(yaml)).toThrow(expect.objectContaining({ code: 'not_promptfoo' }));
    },
  );

  it('is told from a plain prompt', () => {
    expect(isPromptfoo('prompts: [a]\nproviders: [b]')).toBe(true);
    expect(isPromptfoo('{"prompts": ["a"], "tests": []}')).toBe(true);
    expect(isPromptfoo('---\nname: prompts: are nice\n---\ntests: none')).toBe(false);
    expect(isPromptfoo('prompts: are nice')).toBe(false);
  });
});

describe('a prompt’s test', () => {
  const checks: PromptCheck[] = [
    { kind: 'exact', wanted: { column: 'expected' } },
    { kind: 'contains', wanted: { text: 'a {{q}}' } },
    { kind: 'regex', wanted: { text: '^\\d+$' } },
    { kind: 'schema', schema: { type: 'object' } },
    { kind: 'json' },
    { kind: 'bleu', wanted: { column: 'expected' } },
  ];
  const rows = [
    { q: 'one', expected: 'eins' },
    { q: 'two', expected: 'zwei' },
  ];
  const prompts = [
    { name: 'Plain', text: 'Say {{q}}' },
    { name: 'Turns', text: 'system:\nBe brief.\n\nuser:\n{{q}}: "x"\n\\user:\nno turn' },
  ];

  it('goes out and comes back as it was', () => {
    const { text, left } = writePromptfoo({ prompts, checks, rows });
    expect(left).toEqual([]);
    expect(isPromptfoo(text)).toBe(true);
    const back = readPromptfoo(text, 'c.yaml', none);
    expect(back.prompts).toEqual(prompts);
    expect(back.rows.map(({ q, expected }) => ({ q, expected }))).toEqual(rows);
    // What stood in a column is a template there, and one for all.
    expect(back.checks).toEqual(
      checks.map((check) =>
        'wanted' in check && check.wanted && 'column' in check.wanted
          ? { ...check, wanted: { text: '{{expected}}' } }
          : check,
      ),
    );
  });

  it('is written in the words of promptfoo, and what it lacks is told', () => {
    const { text, left } = writePromptfoo({
      prompts: [{ name: 'x', text: headingLines('a \\{{b}}') }],
      checks: [
        { kind: 'number', wanted: { column: 'n' }, tolerance: 0.5 },
        { kind: 'javascript', script: 'output === expected', wanted: { text: 'x' } },
        { kind: 'chrf', wanted: { column: 'n' } },
      ],
      rows: [{ n: '3' }],
    });
    const config = parse(text) as {
      prompts: { raw: string }[];
      defaultTest: { assert: { type: string; value: string }[] };
      tests: unknown;
    };
    expect(config.prompts[0].raw).toBe('a {% raw %}{{b}}{% endraw %}');
    expect(config.tests).toEqual([{ vars: { n: '3' } }]);
    const [number, script] = config.defaultTest.assert;
    const run = (body: string, output: string): unknown =>
      (new Function('output', 'context', body) as (output: string, context: object) => unknown)(output, {
        vars: { n: '3' },
      });
    expect([run(`return ${number.value}`, 'about 3.4'), run(`return ${number.value}`, '3.6')]).toEqual([true, false]);
    expect([run(script.value, 'x'), run(script.value, 'y')]).toEqual([true, false]);
    expect(left).toEqual(['The check "chrf" was left out: promptfoo has none that measures the same.']);
  });
});
