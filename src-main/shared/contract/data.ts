import * as v from 'valibot';
import { datasetId, name, nothing, splitName, text, versionId } from './fields.ts';
import type { PlayedSound, SpectrogramPreview } from '../audio.ts';
import type { DatasetDetail, DatasetSummary, OriginalImage, OriginalsReport, SamplePage } from '../dataset.ts';
import { askedBarsSchema } from '../bars.ts';
import { filterSchema } from '../filter.ts';
import { longestSeparator } from '../class-sets.ts';
import type { JobId } from '../ids.ts';
import { type DataExportResult, dataFormats } from '../work/export-data.ts';
import { type ImportOffer, pastedCharacters, type ReadFrom } from '../work/import.ts';
import type { LeakReport } from '../leaks.ts';
import type { PredictionReport } from '../object-scores.ts';
import { type AnonymityReport, mostQuasiIdentifiers, type PrivacyReport } from '../privacy.ts';
import type { Profile } from '../profile.ts';
import type { LanguageModelRef } from '../prompt/prompt.ts';
import type { RecipePreview } from '../recipe-preview.ts';
import { maxSteps, type OpenedRecipe, recipeSchema, type StepInfo } from '../recipe.ts';
import { foldRange, type SplitPreview, splitWays } from '../split.ts';

const sampleQuerySchema = v.object({
  version: versionId,
  offset: v.pipe(v.number(), v.integer(), v.minValue(0)),
  limit: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(500)),
  filter: v.optional(filterSchema),
  sort: v.optional(v.object({ column: text(1000), descending: v.boolean() })),
});

const spectrogramQuerySchema = v.object({
  version: versionId,
  samples: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.minLength(1), v.maxLength(24)),
  architecture: text(64),
  architectureSettings: v.record(text(64), v.union([v.number(), text(256), v.boolean()])),
});
export type SpectrogramQuery = v.InferInput<typeof spectrogramQuerySchema>;

const splitShare = v.pipe(v.number(), v.minValue(0.01), v.maxValue(0.9));
const splitWishSchema = v.object({
  how: v.optional(v.picklist(splitWays)),
  seed: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)),
  validation: splitShare,
  test: splitShare,
  column: v.optional(text(1000)),
  pattern: v.optional(text(500)),
  dates: v.optional(v.picklist(['day-first', 'month-first'])),
  folds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(foldRange.min), v.maxValue(foldRange.max))),
  fold: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(foldRange.max - 1))),
});

/** Calls about imports, datasets and recipes. */
export const dataInputs = {
  /** Shows the system's open dialog; null when dismissed. (Drops go through the preload's `offerDropped`.) */
  'imports.choose': v.object({ what: v.picklist(['files', 'folder']) }),
  /** What a person has pasted: what it can be imported as. */
  'imports.paste': v.object({ text: v.pipe(v.string(), v.maxLength(pastedCharacters)) }),
  /** `paths` are only ever sent by the preload, from files that the person dropped. */
  'imports.offer': v.object({ paths: v.pipe(v.array(text(4096)), v.minLength(1), v.maxLength(10_000)) }),
  /** `choice`: which of the things offered, by its place in the list. */
  'imports.start': v.object({
    offer: text(64),
    choice: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000)),
    name: v.optional(name),
    target: v.optional(v.nullable(text(1000))),
    /** What stands between the classes that each cell of the target names. */
    separator: v.optional(text(longestSeparator)),
    /** Its image files are left where they are. */
    reference: v.optional(v.boolean()),
    /** The pattern of names that gives the class. */
    classFrom: v.optional(text(500)),
    /** Sounds: samples a second. */
    sampleRate: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1000), v.maxValue(192_000))),
    /** A second version, divided so, follows the first, which is divided as is usual. */
    split: v.optional(splitWishSchema),
  }),
  /** Imports everything offered, each thing as a dataset of its own. */
  'imports.all': v.object({ offer: text(64) }),
  /** Reads a dataset's source again, for what has changed: whence it came, or (null when dismissed) from what the system's dialog gives. */
  'imports.into': v.object({ dataset: datasetId, from: v.optional(v.picklist(['files', 'folder'])) }),
  /** Imports the bundled sample, trains an MLP and a CNN on it and exports the better one. */
  'sample.start': nothing,
  'datasets.list': nothing,
  'datasets.get': v.object({ id: datasetId, version: v.optional(versionId) }),
  'datasets.rename': v.object({ id: datasetId, name }),
  /** Hides it (undo: archived false). Nothing is deleted. */
  'datasets.archive': v.object({ id: datasetId, archived: v.boolean() }),
  'datasets.samples': sampleQuerySchema,
  /** How many of the samples that meet a filter are in each bar of these columns; of a table. */
  'datasets.bars': v.object({
    version: versionId,
    filter: filterSchema,
    bars: v.pipe(v.array(askedBarsSchema), v.maxLength(4096)),
  }),
  /** An image's own file, to be shown sharp; only of versions that kept them. */
  'datasets.original': v.object({ version: versionId, sample: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** How the files stand that its images came from and were left where they were; null where none were. */
  'datasets.originals': v.object({ version: versionId }),
  /** Looks for those files in the folder that the system's dialog gives; a job. Null when dismissed. */
  'datasets.relink': v.object({ dataset: datasetId }),
  /** A few sounds as a net with these settings sees them. */
  'datasets.spectrograms': spectrogramQuerySchema,
  /** A sound, to be played. */
  'datasets.sound': v.object({ version: versionId, sample: v.pipe(v.number(), v.integer(), v.minValue(0)) }),
  /** Stops what is being worked out for a question of samples that nobody waits for any more. */
  'datasets.stopSamples': v.object({ version: versionId }),
  /** What there is to know of the columns; worked out once a version. */
  'datasets.profile': v.object({ version: versionId }),
  /** Stops what is being worked out of the columns where nobody waits for it any more; that fails with `stopped`. */
  'datasets.stopProfile': v.object({ version: versionId }),
  /** Which columns hold personal data: looked for anew each time. */
  'datasets.privacy': v.object({ version: versionId }),
  /** How well single rows hide among others that are alike in some columns. */
  'datasets.anonymity': v.object({
    version: versionId,
    columns: v.pipe(v.array(text(1000)), v.minLength(1), v.maxLength(mostQuasiIdentifiers)),
    wanted: v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(1_000_000)),
  }),
  /** Makes a new version with other column types, roles, target, split or recipe; a job. */
  'datasets.revise': v.object({
    version: versionId,
    columns: v.optional(
      v.array(
        v.object({
          name: text(1000),
          type: v.picklist(['number', 'category', 'text']),
          role: v.picklist(['feature', 'target', 'ignored']),
        }),
      ),
    ),
    target: v.optional(v.nullable(text(1000))),
    split: v.optional(splitWishSchema),
    recipe: v.optional(recipeSchema),
    together: v.optional(v.object({ copies: v.picklist(['exact', 'near']), into: v.picklist(['train', 'test']) })),
  }),
  /** Every kind of step that a recipe can have. */
  'recipes.steps': nothing,
  /** A few samples before and after a step (from 1; 0: as imported) of a recipe that may still be in the making. */
  'recipes.preview': v.object({
    version: versionId,
    recipe: recipeSchema,
    at: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxSteps)),
  }),
  /** Previews of this version that are under way fail with `stopped`. */
  'recipes.stopPreview': v.object({ version: versionId }),
  /** Asks where to, and writes it there as YAML. */
  'recipes.save': v.object({ version: versionId, recipe: recipeSchema }),
  /** Asks for a file; what it holds, to be used on this version. Nothing is applied. */
  'recipes.open': v.object({ version: versionId }),
  /** These samples, in this order. */
  'datasets.pick': v.object({
    version: versionId,
    samples: v.pipe(v.array(v.pipe(v.number(), v.integer(), v.minValue(0))), v.maxLength(500)),
  }),
  /** What is on both sides of its split; done as a job. */
  'datasets.leaks': v.object({
    version: versionId,
    groups: v.optional(v.pipe(v.array(text(1000)), v.maxLength(20))),
    time: v.optional(text(1000)),
  }),
  /**
   * Scores predictions by what is marked in it: those in a file or folder that the system's dialog asks for, or in the one chosen last; a
   * job. Null when dismissed.
   */
  'datasets.score': v.object({
    version: versionId,
    split: v.nullable(splitName),
    from: v.picklist(['file', 'folder', 'same']),
  }),
  /** Writes its samples and annotations, or a table's rows, as files, where the system's dialog says; a job. Null when dismissed. */
  'datasets.export': v.object({
    version: versionId,
    format: v.picklist(dataFormats),
    images: v.boolean(),
    filter: v.optional(filterSchema),
  }),
  /** What dividing it so would give: counts by split and class. */
  'datasets.previewSplit': v.object({ version: versionId, split: splitWishSchema }),
} as const;

export interface DataOutputs {
  'imports.choose': Offered | null;
  'imports.paste': Offered;
  'imports.offer': Offered;
  'imports.start': JobId;
  'imports.all': JobId[];
  'imports.into': JobId | null;
  'sample.start': JobId;
  'datasets.list': DatasetSummary[];
  'datasets.get': DatasetDetail;
  'datasets.rename': null;
  'datasets.archive': null;
  'datasets.samples': SamplePage;
  'datasets.bars': number[][];
  'datasets.original': OriginalImage;
  'datasets.originals': OriginalsReport | null;
  'datasets.relink': JobId | null;
  'datasets.spectrograms': SpectrogramPreview;
  'datasets.sound': PlayedSound;
  'datasets.stopSamples': null;
  'datasets.profile': Profile;
  'datasets.stopProfile': null;
  'datasets.privacy': PrivacyReport;
  'datasets.anonymity': AnonymityReport;
  'datasets.revise': JobId;
  'recipes.steps': readonly StepInfo[];
  'recipes.preview': RecipePreview;
  'recipes.stopPreview': null;
  'recipes.save': { path: string } | null;
  'recipes.open': (OpenedRecipe & { name: string }) | null;
  'datasets.previewSplit': SplitPreview;
  'datasets.pick': SamplePage;
  'datasets.leaks': LeakReport;
  'datasets.score': PredictionReport | null;
  'datasets.export': DataExportResult | null;
}

export interface Offered {
  /** Opaque; good for one `imports.start` within ten minutes. */
  id: string;
  /** What it holds, likeliest first; at least one, but where it holds runs. */
  found: ImportOffer[];
  /** Datasets that were last read from the same paths. */
  sources: ReadFrom[];
  /** It holds runs of another program, to be imported by `runs.import`. */
  runs: boolean;
  /** It is a language model's folder, which was added to the list. */
  model: LanguageModelRef | null;
}
