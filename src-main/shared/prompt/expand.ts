import { constructsOf, type Construct } from './constructs.ts';
import { cellName, cellPlace, cellValues, examplesWish, type DrawnExamples, type ExamplesWish } from './examples.ts';
import { escapedVariables, variablesOf } from './fill.ts';
import { includeRef, type IncludeRef } from './includes.ts';
import { PromptFault, type PromptProblem } from './problems.ts';
import { heading, headingLines } from './turns.ts';

/** A prompt with all that it includes and draws in its place: text and variables alone. */
export interface Expansion extends Meaning {
  includes: IncludedPrompt[];
  problems: PromptProblem[];
  /** What stands in the prompt itself, in its order. */
  places: ExpandedPlace[];
}
/** What is asked of a model, but for its variables' values. */
export interface Meaning {
  text: string;
  examples: DrawnExamples[];
}

export interface IncludedPrompt {
  prompt: string;
  name: string;
  /** Null: as it stands. */
  version: number | null;
}
export interface FoundPrompt extends IncludedPrompt {
  text: string;
}
/** All rows' cells, in the order of `columns`. */
export interface DrawnRows extends Pick<DrawnExamples, 'dataset' | 'version' | 'number' | 'rows'> {
  columns: string[];
}

export type ExpandedPlace = { from: number; to: number; source: string } & (
  | { kind: 'include'; included: IncludedPrompt; text: string }
  /** `all`: every column that the dataset has. `drawn`: null where something is wrong. */
  | { kind: 'examples'; drawn: DrawnExamples | null; all: string[] }
);

/** Where what is named is found. What cannot be is a `PromptFault`. */
export interface Lookup {
  include(ref: IncludeRef): FoundPrompt;
  columns(wish: ExamplesWish): string[];
  draw(wish: ExamplesWish): DrawnRows;
}

export const mostDeep = 16;

interface Options {
  /** The prompt itself, which must not come again. */
  root?: FoundPrompt;
  /** A version's text, which holds what it includes by number. */
  kept?: boolean;
  mostLength: number;
}

/**
 * An include stands for the text of its prompt, which is expanded first. One with turns must have its line for itself: its turns become turns of
 * this one, and what follows belongs to the last of them. What cannot be expanded is told in `problems`, and left out.
 */
export function expand(text: string, lookup: Lookup, { root, kept = false, mostLength }: Options): Expansion {
  const made: Expansion = { text: '', examples: [], includes: [], problems: [], places: [] };
  let length = 0;

  /** How many prompts the prompt's own text lies in. */
  const outermost = root ? 1 : 0;
  /** What of the prompt's own text is being expanded; of a block its opening tag. */
  let at = { from: 0, to: text.length };
  const report = (error: unknown, severity: PromptProblem['severity'] = 'error'): void => {
    if (!(error instanceof PromptFault)) throw error;
    const { code, facts, message } = error;
    made.problems.push({ code, severity, ...at, facts, message });
  };
  const grown = (piece: string): string => {
    length += piece.length;
    if (length > mostLength) throw new PromptFault('expanded_too_long', { most: mostLength });
    return piece;
  };

  function include(one: Extract<Construct, { kind: 'include' }>, chain: FoundPrompt[], top: boolean): string {
    const found = lookup.include(includeRef(one.inside));
    const again = chain.findIndex(({ prompt }) => prompt === found.prompt);
    if (again >= 0) {
      const names = [...chain.slice(again), found].map(({ name }) => name);
      throw new PromptFault('include_cycle', { chain: names.join(' → ') });
    }
    if (chain.length >= mostDeep) throw new PromptFault('include_deep', { most: mostDeep });
    if (found.text.trim() === '') throw new PromptFault('include_empty', { name: found.name });
    const inner = walk(found.text.replace(/\n+$/, ''), [...chain, found], found.version !== null);
    if (!one.alone && inner.split('\n').some((line) => heading.test(line))) {
      throw new PromptFault('include_turns', { name: found.name });
    }
    const { prompt, name, version } = found;
    const included = { prompt, name, version };
    if (!made.includes.some((each) => each.prompt === prompt && each.version === version)) made.includes.push(included);
    if (top) {
      const { from, to, source } = one;
      made.places.push({ kind: 'include', from, to, source, included, text: inner });
    }
    return inner;
  }

  function examples(one: Extract<Construct, { kind: 'examples' }>, top: boolean): string {
    const wish = examplesWish(one.inside);
    if (one.body === null) throw new PromptFault('examples_unclosed', {});
    const inside = constructsOf(one.body).find(({ kind }) => kind === 'include');
    if (inside) throw new PromptFault('include_in_examples', { name: inside.source });
    const all = lookup.columns(wish);
    const { from, to, source } = one;
    const place = { kind: 'examples' as const, from, to, source, drawn: null as DrawnExamples | null, all };
    if (top) made.places.push(place);
    const wanted = [...new Set([...one.body.matchAll(cellPlace)].flatMap(([, slash, name]) => (slash ? [] : [name])))];
    const unknown = [...wanted, ...(wish.by === null ? [] : [wish.by])].find((name) => !all.includes(name));
    if (unknown !== undefined) {
      throw new PromptFault('column_unknown', { name: unknown, columns: all.slice(0, 20).join(', ') });
    }
    const { dataset, version, number, columns, rows } = lookup.draw(wish);
    const places = wanted.map((name) => columns.indexOf(name));
    const drawn: DrawnExamples = {
      ...{ ...wish, dataset, version, number, columns: wanted },
      rows: rows.map(({ row, cells }) => ({ row, cells: places.map((place) => cells[place]) })),
    };
    const block = made.examples.push(drawn) - 1;
    place.drawn = drawn;
    if (wish.split === 'test') {
      report(new PromptFault('examples_from_test', { name: dataset }), 'warning');
    }
    return drawn.rows
      .map((_, row) =>
        one.body!.replace(cellPlace, (whole: string, slash: string, name: string) =>
          slash === '' ? `{{${cellName(block, row, wanted.indexOf(name))}}}` : whole,
        ),
      )
      .join('');
  }

  function walk(source: string, chain: FoundPrompt[], held: boolean): string {
    let out = '';
    let done = 0;
    for (const one of constructsOf(source)) {
      out += grown(source.slice(done, one.from));
      done = one.to;
      if (chain.length === outermost) at = { from: one.from, to: one.kind === 'examples' ? one.tag : one.to };
      try {
        if (held && !isHeld(one)) throw new PromptFault('not_held', { source: one.source.trim().slice(0, 60) });
        if (one.kind === 'escaped') out += grown(one.source.slice(1));
        else if (one.kind === 'end') throw new PromptFault('examples_unopened', {});
        else if (one.kind === 'include') out += include(one, chain, chain.length === outermost);
        else out += grown(examples(one, chain.length === outermost));
      } catch (error) {
        // What is wrong in an included text is told where it is included.
        if (chain.length > outermost) throw error;
        report(error);
      }
    }
    return out + grown(source.slice(done));
  }

  try {
    made.text = walk(text, root ? [root] : [], kept);
  } catch (error) {
    report(error);
  }
  return made;
}

/** A version's text says of what it includes and draws by number which it was. */
const isHeld = (one: Construct): boolean =>
  (one.kind !== 'include' || includeRef(one.inside).version !== null) &&
  (one.kind !== 'examples' || /\sdataset="dv_/.test(one.inside));

/** With the cells of examples as text that is neither a heading nor a variable. */
export function writtenOut({ text, examples }: Meaning): string {
  const cells = cellValues(examples);
  return text.replace(/\{\{(_examples[.\d]+)\}\}/g, (whole: string, name: string, at: number) => {
    if (!Object.hasOwn(cells, name)) return whole;
    const plain = escapedVariables(cells[name]);
    // What does not begin a line is no heading.
    return at === 0 || text[at - 1] === '\n' ? headingLines(plain) : headingLines(`.${plain}`).slice(1);
  });
}

/** What people give values for. */
export function variablesIn({ text, examples }: Meaning): string[] {
  const cells = cellValues(examples);
  return variablesOf(text).filter((name) => !Object.hasOwn(cells, name));
}
