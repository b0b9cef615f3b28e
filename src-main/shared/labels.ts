import * as v from 'valibot';
import { AtelierError } from './errors.ts';
import type { DatasetId, LabellingId, VersionId } from './ids.ts';
import type { Judged, JudgedKind } from './judged.ts';
import type { MarkedKind, MarkOutcome } from './marks.ts';

/**
 * Labelling: what people, runs and rules say of samples. It is kept as a log (see `db/label-log.ts`) beside the dataset's versions; a version made
 * of it is what nets are trained on.
 */

/** `suggested`: by a run or a rule, and nobody has looked at it yet. Only `labelled` and `reviewed` samples go into a version. */
export const labelStates = ['new', 'suggested', 'labelled', 'reviewed', 'skipped', 'unsure'] as const;
export type LabelState = (typeof labelStates)[number];
/** What counts as said. */
export const settledStates: readonly LabelState[] = ['labelled', 'reviewed'];

/**
 * One class for a sample, or any number; or what is marked in it: objects of an image, spans of a text, segments of a recording; or what its
 * answers are judged to be: see `judged.ts`.
 */
export const labellingKinds = ['single', 'multiple', 'objects', 'spans', 'segments', 'pair', 'rating'] as const;
export type LabellingKind = (typeof labellingKinds)[number];
/** Kinds whose samples hold marks. */
export const markedKinds: readonly LabellingKind[] = ['objects', 'spans', 'segments'];
export const isMarkedKind = (kind: LabellingKind): kind is MarkedKind => markedKinds.includes(kind);

/** Kinds whose samples are answers that are judged. */
export const isJudgedKind = (kind: LabellingKind): kind is JudgedKind => kind === 'pair' || kind === 'rating';
/** Kinds whose samples are of one class each. */
export const isOneClass = (kind: LabellingKind): boolean => kind === 'single' || isJudgedKind(kind);

/** Who labels a second time is shown nothing of the first; the first pass's labels are those that count. */
export const labellingPasses = [1, 2] as const;
export type LabellingPass = (typeof labellingPasses)[number];

/** What holds of one sample. */
export interface SampleLabel {
  state: LabelState;
  /** Ids of classes, ascending. */
  classes: number[];
  /** Of a suggestion: how probable its maker finds it, 0 to 1. */
  confidence: number | null;
  note: string;
}

/** Its id stays whatever becomes of it. */
export interface LabelClass {
  id: number;
  name: string;
  /** `#rrggbb`; by its place where null. */
  colour: string | null;
  /** Among the classes, least first. */
  place: number;
  /** Samples of this class are of that one. */
  mergedInto: number | null;
  /** Taken out of the list; it was no sample's. */
  removed: boolean;
}

export const mostClasses = 500;
/** So many samples at most are labelled by one edit. */
export const mostAtOnce = 1000;
export const longestNote = 2000;
/** Offered to train once so many are labelled, and at each doubling after that. */
export const fewShot = 40;

export const blank: SampleLabel = { state: 'new', classes: [], confidence: null, note: '' };

/** A labelling as it stands: one place of each list is one sample. */
export interface LabellingState {
  labelling: LabellingId;
  dataset: DatasetId;
  version: VersionId;
  kind: LabellingKind;
  pass: LabellingPass;
  /** Tables: the column that labels go to. */
  target: string | null;
  /** The columns that are judged; null in labellings of other kinds. */
  judged: Judged | null;
  classes: LabelClass[];
  /** Index into `labelStates`. */
  states: Uint8Array;
  /** The first class's id, 0 without any. */
  first: Int32Array;
  /** Samples of several classes, by their number. */
  several: Record<number, number[]>;
  /** Of suggestions; NaN elsewhere. */
  confidences: Float32Array;
  /** Samples with a note. */
  noted: number[];
  can: UndoState;
}

/** Whether there is anything to undo or redo, across samples. */
export interface UndoState {
  undo: boolean;
  redo: boolean;
}

/** What an act has changed, once it is on disk. */
export interface LabelOutcome {
  /** Those of which only marks have changed, too. */
  samples: { sample: number; label: SampleLabel }[];
  /** Null: a class that is not there any more. */
  classes: { id: number; class: LabelClass | null }[];
  marks: MarkOutcome[];
  /** More marks have changed than are told at once: of `samples` they are to be asked for anew. */
  manyMarks: boolean;
  can: UndoState;
}

/** How unsure a model is of the samples it was asked about; the greater the less sure. */
export interface Doubts {
  samples: Int32Array;
  entropy: Float32Array;
  margin: Float32Array;
  leastConfidence: Float32Array;
}

/** What a model has suggested. `unknown`: classes of its that are not here. */
export interface Suggested extends LabelOutcome {
  unknown: string[];
  doubts: Doubts;
}

/** One line of a sample's history, newest first. */
export interface LabelHistoryLine {
  entry: number;
  at: number;
  who: string;
  act: 'edit' | 'undo' | 'redo';
  before: SampleLabel;
  after: SampleLabel;
  /** How many marks were, where any were. */
  marks?: { added: number; changed: number; removed: number };
}

const classId = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31 - 1));
export const sampleNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1));

/** What is said of samples; what is left out stays as it is. */
export const labelPatchSchema = v.object({
  state: v.optional(v.picklist(labelStates)),
  classes: v.optional(v.pipe(v.array(classId), v.maxLength(mostClasses))),
  note: v.optional(v.pipe(v.string(), v.maxLength(longestNote))),
});
export type LabelPatch = v.InferOutput<typeof labelPatchSchema>;

/** Suggests a class for texts that have this in them, whatever its case. `regex`: in the syntax of RE2. */
export const labelRuleSchema = v.object({
  class: classId,
  column: v.pipe(v.string(), v.maxLength(1000)),
  how: v.picklist(['contains', 'regex']),
  pattern: v.pipe(v.string(), v.minLength(1), v.maxLength(1000)),
});
export type LabelRule = v.InferOutput<typeof labelRuleSchema>;

const className = v.pipe(v.string(), v.trim(), v.minLength(1), v.maxLength(200));
const colour = v.nullable(v.pipe(v.string(), v.regex(/^#[0-9a-f]{6}$/)));

/** Makes a class, or changes or merges one. */
export const classActSchema = v.variant('act', [
  v.object({ act: v.literal('make'), name: className, colour: v.optional(colour) }),
  v.object({ act: v.literal('rename'), class: classId, name: className }),
  v.object({ act: v.literal('recolour'), class: classId, colour }),
  v.object({ act: v.literal('merge'), class: classId, into: classId }),
  v.object({ act: v.literal('remove'), class: classId }),
]);
export type ClassAct = v.InferOutput<typeof classActSchema>;

/** The class that counts where classes were merged. Merging never makes a ring. */
export function resolvedClass(classes: ReadonlyMap<number, LabelClass>, id: number): number {
  let at = id;
  for (let into = classes.get(at)?.mergedInto; into; into = classes.get(at)?.mergedInto) at = into;
  return at;
}

export const preparedByRecipe = (): AtelierError =>
  new AtelierError(
    'prepared_by_recipe',
    'A recipe has prepared the rows of this version. Label the version before it, and apply the recipe to what comes of that.',
  );

/** What is said of a sample, into a state's arrays. Whether it has a note is not among them. */
export function putLabel(state: LabellingState, sample: number, label: SampleLabel): void {
  state.states[sample] = labelStates.indexOf(label.state);
  state.first[sample] = label.classes[0] ?? 0;
  if (label.classes.length > 1) state.several[sample] = label.classes;
  else delete state.several[sample];
  state.confidences[sample] = label.confidence ?? NaN;
}
