import type { Manifest } from './dataset.ts';

/** An input or output of an exported file, as the file itself says it. */
export interface ModelPort {
  name: string;
  /** As in onnx.proto: `float` is 32 bits wide, `double` 64. */
  type: string;
  /** Names are sizes that change from call to call; `batch` counts samples. */
  shape: readonly (number | string)[];
}

export const programLanguages = ['python', 'javascript', 'csharp', 'shell'] as const;
export type ProgramLanguage = (typeof programLanguages)[number];

/** A whole program that runs the file on one sample and prints what it says; `shell`: a command of Atelier's own. */
export interface ModelProgram {
  language: ProgramLanguage;
  text: string;
}

/** What there is to know for using an exported file elsewhere. */
export interface ModelUse {
  inputs: ModelPort[];
  outputs: ModelPort[];
  /** In the order of its probabilities; none where it tells no classes. */
  classes: string[];
  /** Samples a second of the sounds that it takes; null where it takes none. */
  rate: number | null;
  /** Not in every language where a library would be needed that it has not. */
  programs: ModelProgram[];
}

export interface ModelUseQuestion {
  /** The .onnx file. */
  path: string;
  /** What people know it by: the file's name, of a language model its folder's. */
  fileName: string;
  /** What it was trained on: programs show a sample of it. */
  blobs: string;
  manifest: Manifest;
}
