import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { parityFailed } from '../../export/parity.ts';
import type { Model } from '../../onnx/types.ts';
import { writeModel } from '../../onnx/write.ts';
import { stageFile, type StagedFile } from '../../runtime/atomic-file.ts';
import type { Parity } from '../../shared/run.ts';
import type { JobContext } from '../port/job-port.ts';

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

export interface CheckedFiles {
  /** Where the model goes. */
  out: string;
  model: Model;
  /** What goes with it. */
  beside: readonly { path: string; bytes: Uint8Array }[];
  /** How far the model agrees with the run. `names`: what the files beside it are called until it is known. */
  check(bytes: Uint8Array, names: readonly string[]): Promise<Parity>;
  /** What it was checked on: "samples", "blocks". */
  on: string;
}

/** Writes a model that takes its place only once it is shown to agree with the run. Throws `parity_failed`; then nothing is left behind. */
export async function writeChecked(
  { out, model, beside, check, on }: CheckedFiles,
  context: JobContext,
): Promise<{ bytes: number; sha256: string; parity: Parity }> {
  mkdirSync(dirname(out), { recursive: true });
  const staged: StagedFile[] = [];
  try {
    staged.push(stageFile(out, [writeModel(model)]));
    for (const { path, bytes } of beside) staged.push(stageFile(path, [bytes]));
    await context.pause();
    context.progress({ stage: 'checking', unit: 'steps', done: 1, total: 3 });
    // From the disk: what is checked is what people get.
    const bytes = readFileSync(staged[0].path);
    const parity = await check(
      bytes,
      staged.slice(1).map(({ path }) => basename(path)),
    );
    const { samples, split, maxDifference, agreement } = parity;
    context.log(
      `parity on ${samples} ${split === null ? 'generated' : split} ${on}: difference ${maxDifference.toExponential(2)}, agreement ${agreement}`,
    );
    if (!parity.passed) throw parityFailed(parity);
    // The model last: it is not there without the others.
    for (const each of staged.reverse()) each.commit();
    context.progress({ stage: 'checking', unit: 'steps', done: 3, total: 3 });
    return { bytes: bytes.length, sha256: sha256Of(bytes), parity };
  } catch (error) {
    for (const each of staged) each.discard();
    throw error;
  }
}
