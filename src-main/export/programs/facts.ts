import type { ImageShape } from '../../shared/dataset.ts';
import type { ModelPort } from '../../shared/model-use.ts';
import type { Task } from '../../shared/task.ts';

/** A cell of the sample that a program shows; null is missing. */
export type Cell = number | string | null;

/** What goes into a file, as people have it. */
export type Given =
  /** Cells of a row, or texts: one for each input, in their order. */
  | { kind: 'cells'; cells: readonly Cell[] }
  | { kind: 'image'; image: ImageShape }
  | { kind: 'sound'; rate: number }
  /** A text, by the tokenizer.json that lies beside the file. */
  | { kind: 'tokens'; tokenizer: string; text: string }
  | { kind: 'noise'; size: number }
  /** A text for a language model's folder, which either goes on with it or fills in its `mask`. */
  | { kind: 'prompt'; text: string; mask: string | null };

/** What a program that uses an exported file is written from. */
export interface ProgramFacts {
  /** The file's name, or the folder's. */
  file: string;
  task: Task;
  given: Given;
  inputs: readonly ModelPort[];
  outputs: readonly ModelPort[];
  /** In the order of the probabilities. */
  classes: readonly string[];
}

/** JSON's strings and arrays of strings are Python's, JavaScript's and C#'s as well. */
export const quoted = (text: string): string => JSON.stringify(text);

/** The outputs that are shown, in the file's order: of an autoencoder of a table one for each column is left to `error`. */
export const shownOutputs = ({ outputs }: ProgramFacts): ModelPort[] =>
  outputs.filter(({ name }) => !name.startsWith('reconstruction'));

/** So many classes are named in a program; with more of them only the likeliest is. */
export const namedClasses = 40;
