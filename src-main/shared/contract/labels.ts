import * as v from 'valibot';
import { labellingId, nothing, runId, text, versionId } from './fields.ts';
import { type AgreementReport, type BothAnswers, settlements } from '../agreement.ts';
import type { DatasetVersion } from '../dataset.ts';
import { type Learnt, tellingWaySchema } from '../few-shot.ts';
import { filterSchema } from '../filter.ts';
import { type DataExportResult, markFormats } from '../work/export-data.ts';
import { judgedWishSchema } from '../judged.ts';
import {
  classActSchema,
  type LabelHistoryLine,
  labellingKinds,
  labellingPasses,
  type LabellingState,
  type LabelOutcome,
  labelPatchSchema,
  labelRuleSchema,
  labelStates,
  mostAtOnce,
  sampleNumber,
  type Suggested,
} from '../labels.ts';
import {
  type ChosenModel,
  type ClickMask,
  type MarkerFacts,
  markerWishSchema,
  maskClicksSchema,
  type SuggestedMarks,
} from '../marker.ts';
import {
  type Mark,
  markEditSchema,
  type MarkSuggestions,
  mostMarkedAtOnce,
  mostMarkedSamples,
  mostMarkEdits,
} from '../marks.ts';

/** Calls about labelling. */
export const labelsInputs = {
  /** The labelling of a version's samples; begun where there is none. `target`: the column of a table that labels go to, or whose texts are marked. `judged`: the columns that are. */
  'labels.open': v.object({
    version: versionId,
    target: v.optional(text(1000)),
    kind: v.optional(v.picklist(labellingKinds)),
    pass: v.optional(v.picklist(labellingPasses)),
    judged: v.optional(judgedWishSchema),
  }),
  /** What a person says of samples; on disk when it is answered, as is every act here. */
  'labels.set': v.object({
    labelling: labellingId,
    samples: v.pipe(v.array(sampleNumber), v.minLength(1), v.maxLength(mostAtOnce)),
    label: labelPatchSchema,
  }),
  'labels.accept': v.object({
    labelling: labellingId,
    atLeast: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  }),
  /** What is marked in these samples; by their numbers within each. */
  'labels.marks': v.object({
    labelling: labellingId,
    samples: v.pipe(v.array(sampleNumber), v.minLength(1), v.maxLength(mostMarkedAtOnce)),
  }),
  /** What a person does to the marks of samples: one edit, that is undone as one. */
  'labels.mark': v.object({
    labelling: labellingId,
    samples: v.pipe(
      v.array(
        v.object({
          sample: sampleNumber,
          edits: v.pipe(v.array(markEditSchema), v.minLength(1), v.maxLength(mostMarkEdits)),
        }),
      ),
      v.minLength(1),
      v.maxLength(mostMarkedSamples),
    ),
  }),
  /** Takes suggested marks for labels that are at least so sure, save in samples that are reviewed or skipped. */
  'labels.acceptMarks': v.object({
    labelling: labellingId,
    atLeast: v.pipe(v.number(), v.minValue(0), v.maxValue(1)),
  }),
  /** What a run suggests for samples that nobody has looked at; a job. */
  'labels.suggest': v.object({ labelling: labellingId, version: versionId, run: runId }),
  /** How sure suggested marks are. */
  'labels.suggestions': v.object({ labelling: labellingId }),
  /** Asks for a model's file, or for a pair that makes masks of clicks. Null when dismissed. */
  'labels.chooseModel': v.object({ pair: v.boolean() }),
  /** What a chosen file is, and how it would be used. */
  'labels.modelFacts': v.object({ labelling: labellingId, file: text(100), wish: markerWishSchema }),
  /** What a chosen file suggests; a job. */
  'labels.suggestMarks': v.object({
    labelling: labellingId,
    version: versionId,
    file: text(100),
    wish: markerWishSchema,
    make: v.boolean(),
    all: v.boolean(),
  }),
  /** What clicks mean by a chosen pair; null: nothing. */
  'labels.clickMask': v.object({ version: versionId, sample: sampleNumber, file: text(100), clicks: maskClicksSchema }),
  /** What the labels say of all other samples, which then shows as suggested; and what is best labelled next. */
  'labels.learn': v.object({ labelling: labellingId, version: versionId, way: tellingWaySchema }),
  /** Ends that. */
  'labels.stopLearning': nothing,
  'labels.rule': v.object({ labelling: labellingId, version: versionId, rule: labelRuleSchema }),
  'labels.class': v.object({ labelling: labellingId, act: classActSchema }),
  /** Of one sample, or (without) across all. */
  'labels.undo': v.object({ labelling: labellingId, sample: v.optional(sampleNumber) }),
  'labels.redo': v.object({ labelling: labellingId, sample: v.optional(sampleNumber) }),
  'labels.history': v.object({ labelling: labellingId, sample: sampleNumber }),
  /** Makes a version with the labels as they stand; a job. */
  'labels.freeze': v.object({ labelling: labellingId, version: versionId }),
  /** How far two passes agree, by the labelling of either. `overlap`: things that cover one another so much are the same. */
  'labels.agreement': v.object({
    labelling: labellingId,
    overlap: v.pipe(v.number(), v.gtValue(0), v.maxValue(1)),
  }),
  /** What both passes say of a sample. */
  'labels.answers': v.object({ labelling: labellingId, sample: sampleNumber }),
  /** Makes one of the answers the label, or none of them; see `Settling`. */
  'labels.settle': v.object({
    labelling: labellingId,
    sample: sampleNumber,
    take: v.picklist(settlements),
    classes: labelPatchSchema.entries.classes,
  }),
  /** Writes what is marked in samples as files, where the system's dialog says; a job. Null when dismissed. */
  /** Judgements with what was judged, into a file that the person chooses; null: none was chosen. */
  'labels.exportJudged': v.object({ labelling: labellingId, version: versionId }),
  'labels.export': v.object({
    labelling: labellingId,
    version: versionId,
    format: v.picklist(markFormats),
    images: v.boolean(),
    states: v.optional(v.array(v.picklist(labelStates))),
    classes: v.optional(v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(1))), v.maxLength(1000))),
    filter: v.optional(filterSchema),
  }),
  /** Takes what files say is marked, or what a file of labels or judgements says, which the system's dialog asks for: one edit. Null when dismissed. */
  'labels.import': v.object({ labelling: labellingId, version: versionId, folder: v.boolean() }),
} as const;

export interface LabelOutputs {
  'labels.open': LabellingState;
  'labels.set': LabelOutcome;
  'labels.accept': LabelOutcome;
  'labels.marks': Mark[];
  'labels.mark': LabelOutcome;
  'labels.acceptMarks': LabelOutcome;
  'labels.suggest': Suggested;
  'labels.suggestions': MarkSuggestions;
  'labels.chooseModel': ChosenModel | null;
  'labels.modelFacts': MarkerFacts;
  'labels.suggestMarks': SuggestedMarks;
  'labels.clickMask': ClickMask | null;
  'labels.learn': Learnt;
  'labels.stopLearning': null;
  'labels.rule': LabelOutcome;
  'labels.class': LabelOutcome;
  'labels.undo': LabelOutcome;
  'labels.redo': LabelOutcome;
  'labels.history': LabelHistoryLine[];
  'labels.freeze': DatasetVersion;
  'labels.agreement': AgreementReport;
  'labels.answers': BothAnswers;
  'labels.settle': LabelOutcome;
  'labels.export': DataExportResult | null;
  'labels.exportJudged': { path: string; samples: number } | null;
  /** How many samples have changed, and how much could not be taken. */
  'labels.import': { changed: number; left: number } | null;
}
