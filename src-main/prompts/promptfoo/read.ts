import { parseDocument } from 'yaml';
import { parseCsvRows } from '../../shared/csv-rows.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { GridRow } from '../../shared/prompt/grid.ts';
import { mostPromptLength } from '../../shared/prompt/prompt.ts';
import { headingLines, roles, turnsText, type Role } from '../../shared/prompt/turns.ts';
import { checksOf, note, type Assertion } from './assertions.ts';
import type { PromptSuite } from './suite.ts';

type Json = Readonly<Record<string, unknown>>;

const mostRows = 10_000;
const mostLength = 16 * 2 ** 20;

/** Whether a file is a promptfoo configuration: it has prompts, and who answers them or how they are tested. */
export function isPromptfoo(content: string): boolean {
  if (!/^["']?prompts["']?\s*:/m.test(content) && !/^\s*\{[^]*"prompts"\s*:/.test(content)) return false;
  const value = parsed(content);
  return (
    isObject(value) &&
    'prompts' in value &&
    ['providers', 'targets', 'tests', 'defaultTest'].some((key) => key in value)
  );
}

/**
 * Prompts, rows and checks of a promptfoo configuration; what it has besides is told in `left`. Throws `not_promptfoo`.
 * @param where the file's name, for errors
 * @param read a file by its path relative to the configuration
 */
export function readPromptfoo(content: string, where: string, read: (path: string) => string): PromptSuite {
  if (content.length > mostLength) throw refuse(where, `it is longer than ${mostLength} characters`);
  const config = parsed(content);
  if (!isObject(config)) throw refuse(where, 'it is no YAML of names and values');
  const left: string[] = [];
  const prompts = list(config.prompts).flatMap((entry, i) => promptsOf(entry, i, { where, read, left }));
  if (prompts.length === 0) throw refuse(where, 'it has no prompts');
  const ours = isObject(config.defaultTest) ? config.defaultTest : {};
  const tests = testsOf(config.tests, { where, read, left });
  const rows: GridRow[] = [];
  const assertions: Assertion[][] = [];
  for (const test of tests.length > 0 ? tests : [{}]) {
    const all = [...assertionsOf(ours.assert), ...assertionsOf(test.assert)];
    for (const row of rowsOf({ ...object(ours.vars), ...object(test.vars) }, read, left)) {
      if (rows.length >= mostRows) throw refuse(where, `it comes to more than ${mostRows} tests`);
      rows.push(row);
      assertions.push(all);
    }
  }
  for (const key of ['scenarios', 'transform', 'nunjucksFilters', 'derivedMetrics']) {
    if (key in config) note(left, `"${key}" was left out: the studio has nothing of the kind.`);
  }
  const checks = checksOf(assertions, rows, left);
  return { prompts, checks, rows: tests.length > 0 || checks.length > 0 ? rows : [], left };
}

interface Reading {
  where: string;
  read: (path: string) => string;
  left: string[];
}

function promptsOf(entry: unknown, place: number, reading: Reading): PromptSuite['prompts'] {
  const { where, read, left } = reading;
  const given = isObject(entry) ? entry : {};
  const source = typeof entry === 'string' ? entry : (text(given.raw) ?? text(given.id));
  if (source === null) throw refuse(where, `prompt ${place + 1} has no text ("raw")`);
  const label = text(given.label) ?? (text(given.raw) === null ? null : text(given.id));
  const path = /^file:\/\/(.+)$/.exec(source.trim())?.[1] ?? null;
  if (path !== null && /[*?]|[.](?:py|js|mjs|cjs|ts)(?::.*)?$/.test(path)) {
    note(left, `The prompt "${path}" was left out: only files of text are read.`);
    return [];
  }
  const whole = path === null ? source : read(path);
  // A file of text may hold several.
  const parts = path !== null && /[.]txt$/.test(path) ? whole.split(/^---[ \t]*\r?\n/m) : [whole];
  return parts
    .filter((part) => part.trim() !== '')
    .map((part, i) => {
      if (part.length > mostPromptLength)
        throw refuse(where, `prompt ${place + 1} is longer than ${mostPromptLength} characters`);
      if (/\{%|\{\{[^}]*[|([]/.test(part)) note(left, 'Templates with more than {{names}} are kept as they stand.');
      const name = label ?? (path === null ? firstWords(part) : path.replace(/^.*\//, '').replace(/[.][^.]+$/, ''));
      return { name: parts.length > 1 ? `${name} ${i + 1}` : name, text: promptText(part) };
    });
}

/** A conversation, as JSON or YAML, with lines that begin turns; any other text as it stands. */
function promptText(source: string): string {
  const chat = /^\s*(?:\[|-\s+role:)/.test(source) ? parsed(source) : null;
  const turns = Array.isArray(chat) ? chat.map(object) : [];
  const known = turns.every(({ role, content }) => roles.some((each) => each === role) && typeof content === 'string');
  if (turns.length === 0 || !known) return headingLines(source.replace(/\r\n/g, '\n').replace(/\n$/, ''));
  return turnsText(turns.map(({ role, content }) => ({ role: role as Role, text: content as string })));
}

function testsOf(given: unknown, { where, read, left }: Reading): Json[] {
  return list(given).flatMap((test, i): Json[] => {
    if (isObject(test)) return [test];
    const path = /^(?:file:\/\/)?(.+[.](csv|jsonl|json|ya?ml))$/i.exec(text(test) ?? '');
    if (!path) {
      note(left, `Test ${i + 1} was left out: only tests in the file, and files of CSV, JSON and YAML, are read.`);
      return [];
    }
    const content = read(path[1]);
    if (path[2].toLowerCase() === 'csv') return csvTests(content, path[1]);
    if (path[2].toLowerCase() === 'jsonl')
      return content
        .split('\n')
        .filter(Boolean)
        .map((line) => object(parsed(line)));
    const value = parsed(content);
    if (!Array.isArray(value)) throw refuse(where, `${path[1]} is no list of tests`);
    return value.map(object);
  });
}

/** Columns are variables; `__expected`, and those numbered after it, are assertions: `contains: text`, `fn: script`, or what it equals. */
function csvTests(content: string, path: string): Json[] {
  const [head = [], ...rows] = parseCsvRows(content, path);
  return rows.map((cells) => {
    const named = head.map((name, i): [string, string] => [name, cells[i] ?? '']);
    return {
      vars: Object.fromEntries(named.filter(([name]) => !name.startsWith('__'))),
      assert: named
        .filter(([name, cell]) => /^__expected\d*$/.test(name) && cell.trim() !== '')
        .map(([, cell]) => cellAssertion(cell)),
    };
  });
}

function cellAssertion(cell: string): Assertion {
  const script = /^(?:fn|eval|javascript):\s*([^]*)$/.exec(cell);
  if (script) return { type: 'javascript', value: script[1] };
  const rubric = /^(?:grade|llm-rubric):\s*([^]*)$/.exec(cell);
  if (rubric) return { type: 'llm-rubric', value: rubric[1] };
  const typed =
    /^((?:not-)?(?:i?contains(?:-all|-any)?|starts-with|regex|equals|is-json|bleu))(?:\([\d.]+\))?(?::\s*([^]*))?$/.exec(
      cell,
    );
  if (!typed) return { type: 'equals', value: cell };
  const [, type, value = ''] = typed;
  return { type, value: /-(?:all|any)$/.test(type) ? value.split(',').map((part) => part.trim()) : value };
}

const assertionsOf = (given: unknown): Assertion[] =>
  list(given).flatMap((one) => {
    const { type, value, assert } = object(one);
    if (type === 'assert-set') return assertionsOf(assert);
    return typeof type === 'string' ? [{ type, value }] : [];
  });

/** A variable with several values stands for a test with each of them. */
function rowsOf(vars: Json, read: (path: string) => string, left: string[]): GridRow[] {
  let rows: GridRow[] = [{}];
  for (const [name, given] of Object.entries(vars)) {
    const values = (Array.isArray(given) ? given : [given]).map((value) => {
      const path = /^file:\/\/(.+)$/.exec(text(value) ?? '')?.[1];
      if (path === undefined) return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
      if (!/[.](?:py|m?js|ts)$/.test(path)) return read(path);
      note(left, `The values in "${path}" were left out: scripts are not run.`);
      return '';
    });
    if (rows.length * values.length > mostRows) return rows.slice(0, mostRows);
    rows = rows.flatMap((row) => values.map((value) => ({ ...row, [name]: value })));
  }
  return rows;
}

function parsed(content: string): unknown {
  const document = parseDocument(content.replace(/^\ufeff/, ''), {
    schema: 'core',
    prettyErrors: false,
    logLevel: 'silent',
  });
  if (document.errors.length > 0) return null;
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch {
    return null;
  }
}

const firstWords = (source: string): string => source.replace(/\s+/g, ' ').trim().slice(0, 40).trim() || 'Prompt';
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const object = (value: unknown): Json => (isObject(value) ? value : {});
const list = (value: unknown): unknown[] =>
  Array.isArray(value) ? value : value === undefined || value === null ? [] : [value];
const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

const refuse = (where: string, why: string): AtelierError =>
  new AtelierError(
    'not_promptfoo',
    `${where} is no promptfoo configuration: ${why}. It needs "prompts" and "tests" as promptfooconfig.yaml has them.`,
  );
