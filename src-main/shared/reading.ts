import type { AgreementQuestion, AgreementReport } from './agreement.ts';
import type { AudioOptions, PlayedSound, SpectrogramPreview } from './audio.ts';
import type { KeptSynonyms, SynonymList } from './augment/synonyms.ts';
import type { AskedBars } from './bars.ts';
import type { BlobHash, Manifest, OriginalImage, OriginalsReport, SamplePage, SampleQuery } from './dataset.ts';
import type { DeviceFacts } from './device.ts';
import type { ErrorFacts } from './errors.ts';
import type { Condition } from './filter.ts';
import type { LabelLine } from './label-line.ts';
import type { LabellingKind } from './labels.ts';
import type { ClickMask, ClickQuestion, MarkerFacts, MarkerWish } from './marker.ts';
import type { MarkedKind } from './marks.ts';
import type { ModelUse, ModelUseQuestion } from './model-use.ts';
import type { AnonymityReport, PrivacyReport } from './privacy.ts';
import type { Profile, StepsDone } from './profile.ts';
import type { ComparedTest, EvaluationComparison } from './prompt/grid.ts';
import type { RecipePreview } from './recipe-preview.ts';
import type { OpenedRecipe, Recipe } from './recipe.ts';
import type { FoundMarks, MarkMatch, VersionLabels, VersionMarkSummary } from './said.ts';
import type { SplitPreview, SplitWish } from './split.ts';
import type { BroughtTokenizer } from './text.ts';
import type { StoredQuestion, WeightReport } from './weights.ts';
import type { ImportOffer } from './work/import.ts';

/** Questions about stored data, answered by a long-lived utility; no jobs. */

/** The reader utility answers questions about stored data (one long-lived process, no job). */
export type ReaderRequest =
  | { id: number; type: 'samples'; blobs: string; manifest: Manifest; query: SampleQuery }
  | { id: number; type: 'pick'; blobs: string; manifest: Manifest; samples: number[] }
  | { id: number; type: 'bars'; blobs: string; manifest: Manifest; filter: Condition[]; bars: AskedBars[] }
  | { id: number; type: 'split'; blobs: string; manifest: Manifest; split: SplitWish }
  | { id: number; type: 'original'; blobs: string; manifest: Manifest; sample: number; newest?: Manifest }
  | { id: number; type: 'originals'; blobs: string; manifest: Manifest; newest?: Manifest }
  | { id: number; type: 'sound'; blobs: string; manifest: Manifest; sample: number }
  | { id: number; type: 'spectrograms'; blobs: string; manifest: Manifest; options: AudioOptions; samples: number[] }
  | { id: number; type: 'stop'; blobs: string; manifest: Manifest }
  | { id: number; type: 'profile'; blobs: string; manifest: Manifest }
  | { id: number; type: 'stop-profile'; blobs: string; manifest: Manifest }
  | { id: number; type: 'offer'; paths: string[] }
  | { id: number; type: 'tokenizer'; blobs: string; path: string }
  | { id: number; type: 'keep-synonyms'; blobs: string; path: string }
  | { id: number; type: 'synonyms'; blobs: string; blob: BlobHash }
  /** `at`: the step to look at, by its place; those after it are not gone through. */
  | { id: number; type: 'recipe'; blobs: string; manifest: Manifest; recipe: Recipe; at: number }
  | { id: number; type: 'stop-recipe'; blobs: string; manifest: Manifest }
  | { id: number; type: 'recipe-file'; path: string; manifest: Manifest }
  | { id: number; type: 'privacy'; blobs: string; manifest: Manifest }
  | { id: number; type: 'anonymity'; blobs: string; manifest: Manifest; columns: string[]; wanted: number }
  | { id: number; type: 'labels'; blobs: string; manifest: Manifest; target: string | null }
  | { id: number; type: 'marks'; blobs: string; manifest: Manifest; kind: MarkedKind }
  /** What a file says of the classes of samples, in a labelling of this kind. */
  | { id: number; type: 'label-file'; path: string; kind: LabellingKind }
  /** What files of annotations say of these samples. */
  | ({ id: number; type: 'match-marks' } & MarkMatch)
  | { id: number; type: 'agreement'; question: AgreementQuestion }
  /** Two tests of a prompt. */
  | { id: number; type: 'compare-tests'; first: ComparedTest; second: ComparedTest }
  /** What a model's file is, that might mark what is in pictures. */
  | { id: number; type: 'marker'; path: string; wish: MarkerWish; threads: number }
  /** What clicks in a picture mean. */
  | ({ id: number; type: 'click-mask' } & ClickQuestion)
  /** Paths of checkpoints. */
  | { id: number; type: 'weights'; path: string; sincePath?: string; question: StoredQuestion }
  /** What an exported file takes and gives, and programs that use it. */
  | ({ id: number; type: 'model-use' } & ModelUseQuestion)
  /** All samples that meet a filter. */
  | { id: number; type: 'matching'; blobs: string; manifest: Manifest; filter: Condition[] }
  | { id: number; type: 'devices' };

export type ReaderResponse =
  | {
      id: number;
      ok: true;
      value:
        | SamplePage
        | number[][]
        | Profile
        | null
        | OriginalImage
        | OriginalsReport
        | PlayedSound
        | SpectrogramPreview
        | SplitPreview
        | RecipePreview
        | OpenedRecipe
        | PrivacyReport
        | AgreementReport
        | EvaluationComparison
        | AnonymityReport
        | ImportOffer[]
        | BroughtTokenizer
        | KeptSynonyms
        | SynonymList
        | VersionLabels
        | LabelLine[]
        | VersionMarkSummary
        | FoundMarks
        | MarkerFacts
        | ClickMask
        | ModelUse
        | WeightReport
        | Int32Array
        | DevicesFound;
    }
  | { id: number; ok: false; error: ErrorFacts };

/** Said of a question that is still being worked on; its answer is yet to come. */
export interface ReaderProgress extends StepsDone {
  id: number;
  ok?: undefined;
}

/** As far as it can be told without opening a device. */
export interface DevicesFound {
  onnxruntime: string;
  cores: number;
  /** For a new run, where nothing was measured. */
  threads: number;
  found: DeviceFacts[];
}
