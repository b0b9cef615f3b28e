import type { GridRow } from '../../shared/prompt/grid.ts';
import type { PromptCheck, Wanted } from '../../shared/prompt/checks.ts';
import { filled } from '../../shared/prompt/fill.ts';

/** Of one test, as it stands in the file. */
export interface Assertion {
  type: string;
  value?: unknown;
}

/** An assertion as a check that still lacks what it wants: `wanted` null where it wants nothing. */
interface Reading {
  check: Omit<PromptCheck, 'wanted'> & { script?: string };
  wanted: string | null;
}

/** As a script sees them: `output` and `expected`. By promptfoo's names. */
const scripts: Readonly<Record<string, string>> = {
  icontains: 'output.toLowerCase().includes(expected.toLowerCase())',
  'starts-with': 'output.startsWith(expected)',
  'not-equals': 'output.trim() !== expected.trim()',
  'not-contains': '!output.includes(expected)',
  'not-icontains': '!output.toLowerCase().includes(expected.toLowerCase())',
  'not-starts-with': '!output.startsWith(expected)',
  'not-regex': '!new RegExp(expected).test(output)',
  'contains-all': 'JSON.parse(expected).every((part) => output.includes(part))',
  'contains-any': 'JSON.parse(expected).some((part) => output.includes(part))',
  'icontains-all': 'JSON.parse(expected).every((part) => output.toLowerCase().includes(part.toLowerCase()))',
  'icontains-any': 'JSON.parse(expected).some((part) => output.toLowerCase().includes(part.toLowerCase()))',
};
const plain = { equals: 'exact', contains: 'contains', regex: 'regex', bleu: 'bleu' } as const;

/** Null, or why it is left out. */
function reading({ type, value }: Assertion): Reading | string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (/^file:\/\//.test(text)) return 'its value is in another file';
  if (Object.hasOwn(plain, type)) return { check: { kind: plain[type as keyof typeof plain] }, wanted: text };
  if (Object.hasOwn(scripts, type)) return { check: { kind: 'javascript', script: scripts[type] }, wanted: text };
  if (type === 'is-json') {
    const schema = typeof value === 'object' && value !== null ? { kind: 'schema' as const, schema: value } : null;
    return { check: schema ?? { kind: 'json' }, wanted: null };
  }
  if (type === 'javascript' && typeof value === 'string')
    return { check: { kind: 'javascript', script: scriptOf(value) }, wanted: null };
  if (type === 'llm-rubric') return 'it needs a model as judge, which is chosen under Test';
  return 'the studio has no such check';
}

/** Theirs sees `context.vars` where ours sees `vars`; one line is an expression, several are a function's body. */
function scriptOf(script: string): string {
  if (!/\bcontext\b/.test(script)) return script;
  const body = script.trim().includes('\n') || /^return\b/.test(script.trim());
  return body
    ? `return (function (context) {\n${script}\n})({ vars });`
    : `((context) => (${script.trim().replace(/;$/, '')}))({ vars })`;
}

/**
 * The checks that all tests have in common, with what differs from test to test as columns of their rows, which are added. `contains` and
 * `regex` that a test lacks want nothing there; `equals` and scripts become scripts that let such a test pass.
 */
export function checksOf(tests: readonly (readonly Assertion[])[], rows: GridRow[], left: string[]): PromptCheck[] {
  const groups = new Map<string, { check: Reading['check']; type: string; wanted: Map<number, string | null> }>();
  tests.forEach((assertions, row) => {
    const times = new Map<string, number>();
    for (const assertion of assertions) {
      const read = reading(assertion);
      if (typeof read === 'string') {
        note(left, `The assertion "${assertion.type}" was left out: ${read}.`);
        continue;
      }
      const key = JSON.stringify(read.check);
      const time = times.get(key) ?? 0;
      times.set(key, time + 1);
      const name = `${key} ${time}`;
      const group = groups.get(name) ?? {
        check: read.check,
        type: assertion.type,
        wanted: new Map<number, string | null>(),
      };
      groups.set(name, group);
      group.wanted.set(row, read.wanted);
    }
  });
  return [...groups.values()].flatMap((group) => joined(group, rows, left));
}

function joined(
  { check, type, wanted }: { check: Reading['check']; type: string; wanted: Map<number, string | null> },
  rows: GridRow[],
  left: string[],
): PromptCheck[] {
  const values = [...wanted.values()];
  const everywhere = wanted.size === rows.length;
  if (values.includes(null)) {
    if (everywhere) return [check as PromptCheck];
    note(left, `The assertion "${type}" was left out: only ${wanted.size} of ${rows.length} tests have it.`);
    return [];
  }
  if (everywhere && values.every((value) => value === values[0])) return [put(check, { text: values[0]! })];
  if (!everywhere && check.kind === 'bleu') {
    note(left, `The assertion "${type}" was left out: only ${wanted.size} of ${rows.length} tests have it.`);
    return [];
  }
  const column = freeColumn(rows);
  rows.forEach((row, i) => (row[column] = insert(wanted.get(i) ?? '', row)));
  const lenient = everywhere || check.kind === 'contains' || check.kind === 'regex';
  if (lenient) return [put(check, { column })];
  const script = check.kind === 'exact' ? 'output.trim() === expected.trim()' : check.script!;
  return [{ kind: 'javascript', script: `expected === '' || (${script})`, wanted: { column } }];
}

const put = (check: Reading['check'], wanted: Wanted): PromptCheck => ({ ...check, wanted }) as PromptCheck;

/** A template in what is wanted, with the test's own values; as it stands where it names others. */
function insert(text: string, row: GridRow): string {
  try {
    return filled(text, row);
  } catch {
    return text;
  }
}

function freeColumn(rows: readonly GridRow[]): string {
  let name = 'expected';
  for (let n = 2; rows.some((row) => Object.hasOwn(row, name)); n++) name = `expected_${n}`;
  return name;
}

/** Once, however often. */
export function note(left: string[], sentence: string): void {
  if (!left.includes(sentence)) left.push(sentence);
}
