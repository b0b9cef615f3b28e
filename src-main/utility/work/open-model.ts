import { basename, dirname } from 'node:path';
import { AtelierError } from '../../shared/errors.ts';
import { openCompanion } from './companion.ts';
import { exportFacts, ExportedModel, readModelFile } from './exported-model.ts';
import { ForeignModel } from './foreign-model.ts';
import type { RawModel } from './model.ts';

/**
 * Opens an .onnx file from anywhere. One that Atelier did not export is taken if it has a single image input and one answer per class;
 * `classes` are the names to give them where their number fits, else they are numbered.
 */
export async function openModelFile(path: string, threads: number, classes: readonly string[] = []): Promise<RawModel> {
  const { bytes, model } = readModelFile(path);
  const facts = exportFacts(model);
  if (facts) {
    const tokenizer = facts.tokenizer ? openCompanion(dirname(path), facts.tokenizer) : null;
    return ExportedModel.open(bytes, facts, threads, tokenizer);
  }
  const foreign = await ForeignModel.open(bytes, threads, classes);
  if (foreign) return foreign;
  throw new AtelierError(
    'foreign_model',
    `${basename(path)} was not exported by Atelier and is no plain image classifier (one image input of fixed size, one score per class), so it is not known what to feed it. Export the model from a run, or import it where models can be described.`,
  );
}
