import { availableParallelism } from 'node:os';
import { basename } from 'node:path';
import { getVersion } from '../../db/datasets.ts';
import type { ReadStore } from '../../db/store.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { Condition } from '../../shared/filter.ts';
import type { VersionId } from '../../shared/ids.ts';
import type { PrelabelParams, PrelabelResult } from '../../shared/work/suggest.ts';
import {
  blank,
  isOneClass,
  labelStates,
  type LabelClass,
  type LabellingKind,
  type LabellingState,
  type LabelRule,
  type SampleLabel,
} from '../../shared/labels.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import { trainedRun, type ModelRef } from '../models.ts';

type Store = Pick<ReadStore, 'get' | 'all' | 'each' | 'folder'>;

const todo = new Set([labelStates.indexOf('new'), labelStates.indexOf('suggested')]);
/** Nobody has looked at it. `state`: its place in `labelStates`. */
export const isTodo = (state: number): boolean => todo.has(state);
export const todoIn = ({ states }: Pick<LabellingState, 'states'>): Int32Array =>
  Int32Array.from([...states.keys()].filter((sample) => isTodo(states[sample])));

export const whoOf = (model: ModelRef): string =>
  'run' in model ? `run:${model.run}` : `file:${basename(model.onnx)}`;
export const modelName = (store: Store, model: ModelRef): string =>
  'run' in model ? trainedRun(store, model.run).name : basename(model.onnx);

export function suggestParams(
  store: Store,
  version: VersionId,
  model: ModelRef,
  samples: Int32Array,
  kind: LabellingKind,
): PrelabelParams {
  const run = 'run' in model ? trainedRun(store, model.run) : null;
  if (run?.task === 'multi-label' && isOneClass(kind)) throw tellsSeveral();
  if (run && run.task !== 'classification' && run.task !== 'multi-label') {
    throw new AtelierError(
      'not_a_classifier',
      `The run "${run.name}" tells no classes apart, so it can suggest none. Choose a classifier.`,
    );
  }
  return {
    blobs: workspaceFiles.blobs(store.folder),
    manifest: getVersion(store, version).manifest,
    model: run
      ? { runFolder: workspaceFiles.run(store.folder, run.id), settings: run.settings }
      : { onnx: (model as { onnx: string }).onnx },
    samples,
    threads: defaultThreads(availableParallelism()),
  };
}

const tellsSeveral = (): AtelierError =>
  new AtelierError(
    'several_classes',
    'The model tells several classes of a sample, and samples have one here. Take its suggestions in the labelling of several classes.',
  );

/**
 * The likeliest class of each sample, or the classes that the model says, by their names among these. Throws `no_class_known` where none of the
 * model's is among them, and `several_classes`.
 */
export function suggestionsOf(
  {
    classes: names,
    samples,
    best,
    confidence,
    chosen,
  }: Pick<PrelabelResult, 'classes' | 'samples' | 'best' | 'confidence' | 'chosen'>,
  classes: readonly LabelClass[],
  kind: LabellingKind,
): { labels: Map<number, SampleLabel>; unknown: string[] } {
  if (chosen && isOneClass(kind)) throw tellsSeveral();
  const ids = names.map((name) => classes.find((one) => one.name === name)?.id);
  const unknown = names.filter((_, i) => ids[i] === undefined);
  if (unknown.length === names.length) {
    throw new AtelierError(
      'no_class_known',
      `The model tells other classes apart (${names.slice(0, 5).join(', ')}) than there are here. Make classes of these names, or choose another model.`,
    );
  }
  const labels = new Map<number, SampleLabel>();
  samples.forEach((sample, i) => {
    const said = (chosen?.[i] ?? [best[i]]).flatMap((place) => ids[place] ?? []);
    // Four digits are more than such a number is good for.
    const sure = Math.round(confidence[i] * 1e4) / 1e4;
    if (said.length === 0 && !chosen) return;
    labels.set(sample, { ...blank, state: 'suggested', classes: said.sort((a, b) => a - b), confidence: sure });
  });
  return { labels, unknown };
}

export function ruleCondition({ column, how, pattern }: LabelRule): Condition {
  if (how === 'contains') return { kind: 'contains', column, text: pattern };
  const name = `"${column.replaceAll('"', '""')}"`;
  return { kind: 'sql', expression: `regexp_matches(${name}, '${pattern.replaceAll("'", "''")}', 'i')` };
}
