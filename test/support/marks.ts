import { matchMarks } from '../../src-main/datasets/annotations/match-marks.ts';
import { AnnotationWriter } from '../../src-main/datasets/annotations/writer.ts';
import { versionMarks } from '../../src-main/datasets/annotations/marks.ts';
import { agreement } from '../../src-main/evaluation/agreement.ts';
import { writeBlob } from '../../src-main/datasets/blobs.ts';
import type { WriteStore } from '../../src-main/db/open.ts';
import { workspaceFiles } from '../../src-main/db/workspace.ts';
import type { Context } from '../../src-main/jobs/context.ts';
import { Labels } from '../../src-main/jobs/labels/labels.ts';
import type { LabelReader } from '../../src-main/jobs/labels/opening.ts';
import type { AnnotationClass, SampleAnnotations } from '../../src-main/shared/annotation.ts';
import type { DatasetVersion, Manifest } from '../../src-main/shared/dataset.ts';
import { newId } from '../../src-main/shared/ids.ts';
import type { MarkShape } from '../../src-main/shared/marks.ts';
import { addDataset, sampleManifest } from './temp-workspace.ts';

/** A version of samples with these annotations; its images are names only. */
export async function annotatedVersion(
  store: WriteStore,
  samples: readonly SampleAnnotations[],
  classes: AnnotationClass[],
  change: Partial<Manifest> = {},
): Promise<DatasetVersion> {
  const blobs = workspaceFiles.blobs(store.folder);
  const writer = await AnnotationWriter.open(blobs);
  for (const sample of samples) await writer.add(sample);
  const made = await writer.finish({ classes });
  const names = await writeBlob(blobs, Buffer.from(JSON.stringify(samples.map((_, i) => `${i}.png`))));
  const manifest = sampleManifest({
    kind: 'images',
    samples: samples.length,
    columns: [],
    target: null,
    annotations: made.summary,
    ...change,
    blobs: { images: 'c'.repeat(64), split: 'b'.repeat(64), names, ...change.blobs, ...made.blobs },
  });
  return addDataset(store, newId('dataset'), manifest);
}

/** What labelling of marks needs of its surroundings: the store, and the version's own annotations. */
export function markLabels(store: WriteStore): Labels {
  const context: Pick<Context, 'store'> = { store };
  const none = (): Promise<never> => Promise.reject(new Error('That is not asked for here.'));
  const measured: LabelReader['agreement'] = (question) => Promise.resolve(agreement(question));
  return new Labels(context as Context, {
    labels: none,
    labelFile: () => Promise.reject(new Error('No file is read here.')),
    matching: none,
    marks: versionMarks,
    matchMarks,
    agreement: measured,
  });
}

export const box = (x: number, y: number, width = 10, height = 5): MarkShape => ({
  type: 'box',
  box: [x, y, width, height],
});
