import type { GenerateParams } from '../../../shared/work/generate.ts';
import { identityOf } from '../generate/grid.ts';
import { partsOf } from '../generate/open.ts';
import { openEmbedder, type Embedder } from './embedder.ts';

/** An encoder with what tells its vectors from those of others. */
export interface OpenEncoder {
  embedder: Embedder;
  /** SHA-256 of what its vectors come of. */
  identity: string;
}

/** Errors: those of `partsOf` and `openEmbedder`. */
export async function openEncoder(model: GenerateParams['model'], threads: number): Promise<OpenEncoder> {
  const parts = partsOf(model);
  const embedder = await openEmbedder(parts, threads);
  return { embedder, identity: identityOf(model) };
}
