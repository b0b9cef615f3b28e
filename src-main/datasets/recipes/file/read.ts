import { isMap, isScalar, isSeq, LineCounter, parseDocument, type ParsedNode, type Scalar } from 'yaml';
import { AtelierError, errorFacts } from '../../../shared/errors.ts';
import { didYouMean } from '../../../shared/near-names.ts';
import {
  completeStep,
  maxSteps,
  newSettings,
  readRecipe,
  stepId,
  type Recipe,
  type RecipeStep,
  type StepField,
  type StepInfo,
  type StepValue,
} from '../../../shared/recipe.ts';
import { guardYaml, wrongAt } from './guard.ts';

/** A recipe as a file says it, with the line of every step and of every column that one names. */
export interface WrittenRecipe {
  recipe: Recipe;
  steps: { line: number; columns: NamedColumn[] }[];
}

/** A column that a setting of a step names. */
export interface NamedColumn {
  field: string;
  name: string;
  line: number;
}

/**
 * A recipe of a file's text: YAML, or JSON, which is YAML too. Errors name the line: `invalid_recipe` (no YAML, or no recipe), `unknown_step`,
 * `invalid_settings`.
 */
export function readRecipeText(text: string, kinds: readonly StepInfo[]): WrittenRecipe {
  guardYaml(text);
  const lines = new LineCounter();
  const lineOf = (node: ParsedNode | null | undefined): number => lines.linePos(node?.range[0] ?? 0).line;
  const top = parsed(text, lines);
  const reading = new Reading(kinds, lineOf);
  const { recipe, steps } = reading.recipe(top);
  return { recipe: readRecipe(recipe, kinds), steps };
}

function parsed(text: string, lineCounter: LineCounter): ParsedNode | null {
  let document;
  try {
    document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      // Told with the lines of both, and in linear time, when maps are read.
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter,
    });
  } catch (error) {
    throw new AtelierError('invalid_recipe', `This cannot be read as YAML or JSON: ${errorFacts(error).message}.`);
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (!problem) return document.contents;
  throw wrongAt(
    lineCounter.linePos(problem.pos[0]).line,
    `This cannot be read as YAML or JSON: ${problem.message.replace(/[.\s]+$/, '')}.`,
  );
}

type Members = Map<string, { line: number; value: ParsedNode | null }>;

class Reading {
  readonly #kinds: readonly StepInfo[];
  readonly #lineOf: (node: ParsedNode | null | undefined) => number;

  constructor(kinds: readonly StepInfo[], lineOf: (node: ParsedNode | null | undefined) => number) {
    this.#kinds = kinds;
    this.#lineOf = lineOf;
  }

  recipe(top: ParsedNode | null): WrittenRecipe {
    const members = this.#members(top, 'A recipe', ['version', 'steps'], ': "version: 1" and "steps:"');
    const version = members.get('version');
    if (!version) throw wrongAt(1, '"version: 1" is missing.');
    if (!isScalar(version.value) || version.value.value !== 1) {
      throw wrongAt(
        version.line,
        'Recipes of version 1 are understood, and no others. A newer Atelier may read this one.',
      );
    }
    const list = members.get('steps');
    if (!list) throw wrongAt(1, '"steps:" with the list of steps is missing.');
    const items = isEmpty(list.value) ? [] : isSeq(list.value) ? (list.value.items as ParsedNode[]) : null;
    if (!items) throw wrongAt(list.line, 'steps is no list. Each step begins with "- kind: …".');
    if (items.length > maxSteps) {
      throw wrongAt(this.#lineOf(items[maxSteps]), `A recipe has at most ${maxSteps} steps; here are ${items.length}.`);
    }
    const ids = new Map<string, number>();
    const steps = items.map((node, i) => {
      const line = this.#lineOf(node);
      const { step, columns } = this.#step(node, i + 1, [...ids.keys()]);
      const before = ids.get(step.id);
      if (before !== undefined) {
        throw wrongAt(line, `The step has the id "${step.id}" of the one in line ${before}. Give it another, or none.`);
      }
      ids.set(step.id, line);
      return { step, line, columns };
    });
    return {
      recipe: { version: 1, steps: steps.map(({ step }) => step) },
      steps: steps.map(({ line, columns }) => ({ line, columns })),
    };
  }

  #step(node: ParsedNode, at: number, ids: readonly string[]): { step: RecipeStep; columns: NamedColumn[] } {
    const line = this.#lineOf(node);
    const known = ['kind', 'id', 'enabled', 'settings'];
    const members = this.#members(node, `Step ${at}`, known, `: ${known.join(', ')}`);
    const kind = this.#text(members, 'kind', line);
    if (kind === null) throw wrongAt(line, `Step ${at} says no kind. Add "kind: …".`);
    const info = this.#kinds.find((each) => each.kind === kind);
    const names = this.#kinds.map((each) => each.kind);
    if (!info) {
      const near = didYouMean(kind, names) || ` There are: ${names.join(', ')}.`;
      throw wrongAt(members.get('kind')!.line, `There is no step "${kind}".${near}`, 'unknown_step');
    }
    const enabled = members.get('enabled');
    const on = enabled ? isScalar(enabled.value) && enabled.value.value : true;
    if (typeof on !== 'boolean' || (enabled && !isScalar(enabled.value)))
      throw wrongAt(enabled!.line, 'enabled is neither true nor false.');
    const { settings, columns } = this.#settings(members.get('settings'), info, `Step ${at} (${kind})`, line);
    return { step: { id: this.#text(members, 'id', line) ?? stepId(kind, ids), kind, settings, enabled: on }, columns };
  }

  #settings(
    given: { line: number; value: ParsedNode | null } | undefined,
    info: StepInfo,
    where: string,
    stepLine: number,
  ): Pick<RecipeStep, 'settings'> & { columns: NamedColumn[] } {
    const known = info.fields.map(({ key }) => key);
    const members =
      given && !isEmpty(given.value)
        ? this.#members(given.value, where, known, known.length > 0 ? `: ${known.join(', ')}` : '', 'invalid_settings')
        : new Map<string, never>();
    const columns: NamedColumn[] = [];
    const settings: Record<string, StepValue> = {};
    for (const [key, { line, value }] of members as Members) {
      const field = info.fields.find((each) => each.key === key)!;
      settings[key] = this.#value(value, field, `${where}: ${key}`, line);
      // Each on its own, for the line.
      inLine(line, () => completeStep({ kind: info.kind, fields: [field] }, { [key]: settings[key] }, where));
      if (field.kind !== 'columns') continue;
      const nodes = isSeq(value) ? (value.items as ParsedNode[]) : [];
      const names = completeStep({ kind: info.kind, fields: [field] }, { [key]: settings[key] }, where)[
        key
      ] as string[];
      for (const name of names) {
        const node = nodes.find((each) => isScalar(each) && textOf(each) === name);
        columns.push({ field: key, name, line: node ? this.#lineOf(node) : line });
      }
    }
    // A secret that was taken out of the file is drawn anew.
    const fresh = newSettings(info);
    for (const field of info.fields)
      if (field.kind === 'text' && field.random) settings[field.key] ??= fresh[field.key];
    return { settings: inLine(stepLine, () => completeStep(info, settings, where)), columns };
  }

  #value(node: ParsedNode | null, field: StepField, where: string, line: number): StepValue {
    const textual = field.kind !== 'integer' && field.kind !== 'number' && field.kind !== 'boolean';
    if (isScalar(node)) {
      // An unquoted column called 2019 is meant as it stands.
      const value = textual ? textOf(node) : node.value;
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
    }
    if (isSeq(node)) {
      return (node.items as ParsedNode[]).map((item) => {
        const text = isScalar(item) ? textOf(item) : null;
        if (text !== null) return text;
        throw wrongAt(this.#lineOf(item), `${where} lists something that is no text.`, 'invalid_settings');
      });
    }
    throw wrongAt(
      line,
      `${where} has no value that it could have. Give it one${textual ? ' (null in quotes if it is a name)' : ''}, or take the line out.`,
      'invalid_settings',
    );
  }

  #text(members: Members, key: string, line: number): string | null {
    const member = members.get(key);
    if (!member) return null;
    const text = isScalar(member.value) ? textOf(member.value) : null;
    if (text) return text;
    throw wrongAt(member.line ?? line, `${key} is no text.`);
  }

  /** A map's members by their names; each once, and only those `known`. */
  #members(
    node: ParsedNode | null,
    what: string,
    known: readonly string[],
    list: string,
    code = 'invalid_recipe',
  ): Members {
    if (!isMap(node))
      throw wrongAt(node ? this.#lineOf(node) : 1, `${what} is no map of keys and values${list}.`, code);
    const members: Members = new Map();
    for (const pair of node.items) {
      const key = pair.key as ParsedNode;
      const line = this.#lineOf(key);
      const name = isScalar(key) ? textOf(key) : null;
      if (name === null || !known.includes(name)) {
        const said = name === null ? 'a key that is no text' : `"${name}"`;
        const near = name === null ? '' : didYouMean(name, known);
        const has = known.length > 0 ? ` It has${list.replace(/^:/, '')}.` : ' It has none.';
        throw wrongAt(line, `${what} has no ${said}.${near || has}`, code);
      }
      const before = members.get(name);
      if (before) throw wrongAt(line, `${what} says "${name}" twice, in line ${before.line} too.`, code);
      members.set(name, { line, value: pair.value as ParsedNode | null });
    }
    return members;
  }
}

const isEmpty = (node: ParsedNode | null): boolean => node === null || (isScalar(node) && node.value === null);

/** As it is written, unless that is nothing: `2019`, `1e3` and `true` are names as well. Null for null. */
function textOf({ value, source }: Scalar): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'string' ? value : (source ?? String(value));
}

function inLine<T>(line: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AtelierError) throw wrongAt(line, error.message, error.code);
    throw error;
  }
}
