import type { ChatTemplate } from '../../../generation/chat-template.ts';
import type { ModelKind } from '../../../shared/prompt/model-kind.ts';
import type { GenerateParams } from '../../../shared/work/generate.ts';
import type { TokenizerFile } from '../../../tokenizers/tokenizer-file.ts';
import type { ClassifierHead } from '../encoders/head.ts';
import type { EmbeddingRecipe } from '../encoders/pooling.ts';
import type { ReadModel } from './folder-files.ts';

export type RunOfTexts = Extract<GenerateParams['model'], { runFolder: string }>;

/** What is known of a model before its weights are read. */
export interface Parts {
  /** Reads it. Errors: not_enough_memory, and those of each kind. */
  model(): ReadModel;
  /** Of its weights. */
  bytes: number;
  file: TokenizerFile;
  sizes?: { heads: number; headSize: number } | null;
  begin?: number | null;
  ends: readonly number[];
  context: number;
  template: ChatTemplate | null;
  kind: ModelKind;
  /** The token that it fills in wherever it stands; null of those of other kinds. */
  mask: number | null;
  /** Of one that classifies, or makes vectors, how. */
  head?: ClassifierHead | EmbeddingRecipe | null;
  /** What fills up a text beside a longer one; null: what the tokenizer says. */
  pad?: number | null;
  /** A run that classifies, in the place of a folder. */
  run?: RunOfTexts;
}
