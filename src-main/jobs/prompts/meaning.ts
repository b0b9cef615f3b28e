import type { Readable } from '../../db/connection.ts';
import * as rows from '../../db/prompts.ts';
import type { PromptId } from '../../shared/ids.ts';
import type { DatasetVersion } from '../../shared/dataset.ts';
import type { ExamplesWish } from '../../shared/prompt/examples.ts';
import { expand, variablesIn, type DrawnRows, type Expansion, type Lookup } from '../../shared/prompt/expand.ts';
import { PromptFault, requireSound } from '../../shared/prompt/problems.ts';
import type { GridColumn } from '../../shared/prompt/grid.ts';
import { mostPromptLength, type CompletionRequest } from '../../shared/prompt/prompt.ts';
import { datasetCalled } from './dataset-called.ts';
import { drawExamples, type SampleSource } from './draw.ts';

/** Draws that are kept at hand. */
const mostKept = 200;

/** Rows have still to be read: `Meanings.drawn` does, and asks again. */
class NotDrawn extends Error {
  readonly key: string;
  readonly draw: () => Promise<DrawnRows>;
  constructor(key: string, draw: () => Promise<DrawnRows>) {
    super('Examples were not drawn yet.');
    this.key = key;
    this.draw = draw;
  }
}

/**
 * What prompts stand for, with all that they include and draw. A draft includes others as they stand and draws from the newest version of a dataset;
 * a version holds both by number, written by id so that another name changes nothing.
 */
export class Meanings {
  readonly #store: Readable;
  readonly #samples: SampleSource;
  readonly #drawn = new Map<string, DrawnRows | PromptFault>();

  constructor(store: Readable, samples: SampleSource) {
    this.#store = store;
    this.#samples = samples;
  }

  /** With all problems; `id`: of what the text is. Inside `drawn`. */
  ofText(text: string, id?: PromptId): Expansion {
    return expanded(this.#store, text, this.#draw, { id });
  }
  /** Of the draft, or a version. Inside `drawn`. Throws what is wrong. */
  of(id: PromptId, number?: number): Expansion {
    const kept = number !== undefined;
    const { text } = kept ? rows.getPromptVersion(this.#store, id, number) : rows.getDraft(this.#store, id);
    const made = expanded(this.#store, text, this.#draw, { id, kept });
    requireSound(made.problems);
    return made;
  }
  readonly #draw: Draw = (version, name, wish) => {
    const { split, count, seed, by } = wish;
    const key = JSON.stringify([version.id, split, count, seed, by]);
    const found = this.#drawn.get(key);
    if (found === undefined) throw new NotDrawn(key, () => drawExamples(this.#samples, version, name, wish));
    if (found instanceof PromptFault) throw found;
    return { ...found, dataset: name };
  };

  /** What `act` comes to once all is drawn that it needs; it is done again for each draw, and must leave nothing behind where it throws. */
  async drawn<T>(act: () => T): Promise<T> {
    for (;;) {
      try {
        return act();
      } catch (error) {
        if (!(error instanceof NotDrawn)) throw error;
        const came = await error.draw().catch((reason: unknown) => {
          if (reason instanceof PromptFault) return reason;
          return new PromptFault('examples_unread', { message: (reason as Error).message });
        });
        this.#drawn.set(error.key, came);
        for (const old of [...this.#drawn.keys()].slice(0, -mostKept)) this.#drawn.delete(old);
      }
    }
  }
}

type Draw = (version: DatasetVersion, name: string, wish: ExamplesWish) => DrawnRows;

const lookupIn = (db: Readable, draw: Draw): Lookup => ({
  include({ name, version }) {
    const found = rows.promptsCalled(db, name);
    if (found.length === 0) throw new PromptFault('include_unknown', { name });
    if (found.length > 1) throw new PromptFault('include_ambiguous', { name, count: found.length });
    const [{ id, name: called }] = found;
    if (version === null) return { prompt: id, name: called, version, text: rows.getDraft(db, id).text };
    if (!rows.listVersions(db, id).some(({ number }) => number === version)) {
      throw new PromptFault('include_version', { name: called, version });
    }
    return { prompt: id, name: called, version, text: rows.getPromptVersion(db, id, version).text };
  },
  columns({ dataset }) {
    const { name, version } = datasetCalled(db, dataset);
    if (version.manifest.kind !== 'table') throw new PromptFault('dataset_no_table', { name });
    return version.manifest.columns.map((column) => column.name);
  },
  draw(wish) {
    const { name, version } = datasetCalled(db, wish.dataset);
    return draw(version, name, wish);
  },
});

const expanded = (db: Readable, text: string, draw: Draw, { id, kept }: { id?: PromptId; kept?: boolean }): Expansion =>
  expand(text, lookupIn(db, draw), {
    root: id && { prompt: id, name: rows.getPrompt(db, id).name, version: null, text },
    kept,
    mostLength: mostPromptLength,
  });

/** The variables of a text with what it includes; no rows are read for it. */
export function variablesHere(db: Readable, text: string, id?: PromptId): string[] {
  const noRows: Draw = (version, dataset) => ({
    ...{ dataset, version: version.id, number: version.number, rows: [] },
    columns: version.manifest.columns.map((column) => column.name),
  });
  return variablesIn(expanded(db, text, noRows, { id }));
}

/** What a grid asks. Throws what is wrong with it. */
export function columnMeaning(
  db: Readable,
  { prompt, version, meaning }: GridColumn,
): NonNullable<GridColumn['meaning']> {
  if (meaning) return meaning;
  const { text } = rows.getPromptVersion(db, prompt, version);
  const unread: Draw = (_, name) => {
    throw new PromptFault('examples_unread', { message: `The examples from "${name}" were not kept with this grid.` });
  };
  const made = expanded(db, text, unread, { id: prompt, kept: true });
  requireSound(made.problems);
  return made;
}

/** What an answer is kept with: which versions were included, and which rows were shown. Their cells stand in what the model was given. */
export const askedAbout = ({
  includes,
  examples,
}: Pick<Expansion, 'includes' | 'examples'>): Pick<CompletionRequest, 'includes' | 'examples'> => ({
  ...(includes.length > 0 && { includes }),
  ...(examples.length > 0 && {
    examples: examples.map(({ rows: drawn, columns: _, ...one }) => ({ ...one, rows: drawn.map(({ row }) => row) })),
  }),
});
