import { join } from 'node:path';
import type { ComparedTest, EvaluationComparison } from '../shared/prompt/grid.ts';
import type { AgreementQuestion, AgreementReport } from '../shared/agreement.ts';
import type { AskedBars } from '../shared/bars.ts';
import type { AudioOptions, PlayedSound, SpectrogramPreview } from '../shared/audio.ts';
import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import type { OriginalImage, OriginalsReport, SamplePage, SampleQuery } from '../shared/dataset.ts';
import type { BlobHash, Manifest } from '../shared/dataset.ts';
import type { Condition } from '../shared/filter.ts';
import type { Profile, StepsDone } from '../shared/profile.ts';
import type { DevicesFound, ReaderProgress, ReaderRequest, ReaderResponse } from '../shared/reading.ts';
import type { FoundMarks, MarkMatch, VersionLabels, VersionMarkSummary } from '../shared/said.ts';
import type { ImportOffer } from '../shared/work/import.ts';
import type { ClickMask, ClickQuestion, MarkerFacts, MarkerWish } from '../shared/marker.ts';
import type { LabelLine } from '../shared/label-line.ts';
import type { LabellingKind } from '../shared/labels.ts';
import type { MarkedKind } from '../shared/marks.ts';
import type { ModelUse, ModelUseQuestion } from '../shared/model-use.ts';
import type { AnonymityReport, PrivacyReport } from '../shared/privacy.ts';
import type { RecipePreview } from '../shared/recipe-preview.ts';
import type { OpenedRecipe, Recipe } from '../shared/recipe.ts';
import type { SplitPreview, SplitWish } from '../shared/split.ts';
import type { KeptSynonyms, SynonymList } from '../shared/augment/synonyms.ts';
import type { BroughtTokenizer } from '../shared/text.ts';
import type { StoredQuestion, WeightReport } from '../shared/weights.ts';
import type { SpawnUtility, UtilityHandle } from './utility.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Question = WithoutId<ReaderRequest>;

interface Waiting {
  request: ReaderRequest;
  resolve(value: unknown): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
  progress?(steps: StepsDone): void;
  /** Asked again of a fresh process when the first one died. */
  retried: boolean;
}

const answerWithinMs = 60_000;
/** A large table's columns take longer than anything that is turned over page by page. */
const profileWithinMs = 900_000;

/** Asks the reader utility: one process, started with the first question, started again should it die. */
export class Reader {
  readonly #spawn: SpawnUtility;
  #handle: UtilityHandle | null = null;
  #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed = false;

  constructor(spawn: SpawnUtility) {
    this.#spawn = spawn;
  }

  samples(blobs: string, manifest: Manifest, query: SampleQuery): Promise<SamplePage> {
    return this.#ask({ type: 'samples', blobs, manifest, query }) as Promise<SamplePage>;
  }

  /** These samples, in this order. */
  pick(blobs: string, manifest: Manifest, samples: number[]): Promise<SamplePage> {
    return this.#ask({ type: 'pick', blobs, manifest, samples }) as Promise<SamplePage>;
  }

  /** How many of the samples that meet a filter are in each bar. */
  bars(blobs: string, manifest: Manifest, filter: Condition[], bars: AskedBars[]): Promise<number[][]> {
    return this.#ask({ type: 'bars', blobs, manifest, filter, bars }, profileWithinMs) as Promise<number[][]>;
  }

  /** What a division would give. */
  previewSplit(blobs: string, manifest: Manifest, split: SplitWish): Promise<SplitPreview> {
    return this.#ask({ type: 'split', blobs, manifest, split }) as Promise<SplitPreview>;
  }

  /** An image's own file, to be shown sharp. */
  original(blobs: string, manifest: Manifest, sample: number, newest?: Manifest): Promise<OriginalImage> {
    return this.#ask({ type: 'original', blobs, manifest, sample, newest }) as Promise<OriginalImage>;
  }

  /** How the files stand that images came from and were left where they were. */
  originals(blobs: string, manifest: Manifest, newest?: Manifest): Promise<OriginalsReport> {
    return this.#ask({ type: 'originals', blobs, manifest, newest }, profileWithinMs) as Promise<OriginalsReport>;
  }

  /** What an exported file takes and gives, and programs that use it. */
  modelUse(question: ModelUseQuestion): Promise<ModelUse> {
    return this.#ask({ type: 'model-use', ...question }) as Promise<ModelUse>;
  }

  /** A sound, to be played. */
  sound(blobs: string, manifest: Manifest, sample: number): Promise<PlayedSound> {
    return this.#ask({ type: 'sound', blobs, manifest, sample }) as Promise<PlayedSound>;
  }

  /** These sounds as a net sees them. */
  spectrograms(
    blobs: string,
    manifest: Manifest,
    options: AudioOptions,
    samples: number[],
  ): Promise<SpectrogramPreview> {
    return this.#ask({ type: 'spectrograms', blobs, manifest, options, samples }) as Promise<SpectrogramPreview>;
  }

  /** Stops what is being worked out for questions about these samples; they fail with `stopped`. */
  async stopSamples(blobs: string, manifest: Manifest): Promise<void> {
    if (this.#handle) await this.#ask({ type: 'stop', blobs, manifest });
  }

  profile(blobs: string, manifest: Manifest, progress?: (steps: StepsDone) => void): Promise<Profile> {
    return this.#ask({ type: 'profile', blobs, manifest }, profileWithinMs, progress) as Promise<Profile>;
  }

  /** Stops what is being worked out of these columns; it fails with `stopped`. */
  async stopProfile(blobs: string, manifest: Manifest): Promise<void> {
    if (this.#handle) await this.#ask({ type: 'stop-profile', blobs, manifest });
  }

  /** What these files hold, likeliest first, before anything is imported. */
  offer(paths: string[]): Promise<ImportOffer[]> {
    return this.#ask({ type: 'offer', paths }) as Promise<ImportOffer[]>;
  }

  /** A recipe on a few samples, before and after one of its steps. */
  recipe(
    blobs: string,
    manifest: Manifest,
    recipe: Recipe,
    at: number,
    progress?: (steps: StepsDone) => void,
  ): Promise<RecipePreview> {
    const question = { type: 'recipe', blobs, manifest, recipe, at } as const;
    return this.#ask(question, profileWithinMs, progress) as Promise<RecipePreview>;
  }

  /** Stops the previews of this version that are under way; they fail with `stopped`. */
  async stopRecipe(blobs: string, manifest: Manifest): Promise<void> {
    if (this.#handle) await this.#ask({ type: 'stop-recipe', blobs, manifest });
  }

  /** A recipe's file, to be used on this version. */
  recipeFile(path: string, manifest: Manifest): Promise<OpenedRecipe> {
    return this.#ask({ type: 'recipe-file', path, manifest }) as Promise<OpenedRecipe>;
  }

  /** Which columns hold personal data. */
  privacy(blobs: string, manifest: Manifest): Promise<PrivacyReport> {
    return this.#ask({ type: 'privacy', blobs, manifest }, profileWithinMs) as Promise<PrivacyReport>;
  }

  /** How well rows hide among others that are alike in these columns. */
  anonymity(blobs: string, manifest: Manifest, columns: string[], wanted: number): Promise<AnonymityReport> {
    return this.#ask(
      { type: 'anonymity', blobs, manifest, columns, wanted },
      profileWithinMs,
    ) as Promise<AnonymityReport>;
  }

  /** Checks a tokenizer.json and keeps it. */
  tokenizer(blobs: string, path: string): Promise<BroughtTokenizer> {
    return this.#ask({ type: 'tokenizer', blobs, path }) as Promise<BroughtTokenizer>;
  }

  /** Checks a list of synonyms and keeps it. */
  keepSynonyms(blobs: string, path: string): Promise<KeptSynonyms> {
    return this.#ask({ type: 'keep-synonyms', blobs, path }) as Promise<KeptSynonyms>;
  }

  /** A list that was kept. */
  synonyms(blobs: string, blob: BlobHash): Promise<SynonymList> {
    return this.#ask({ type: 'synonyms', blobs, blob }) as Promise<SynonymList>;
  }

  /** Which class each sample is of, by this column of a table. */
  labels(blobs: string, manifest: Manifest, target: string | null): Promise<VersionLabels> {
    return this.#ask({ type: 'labels', blobs, manifest, target }, profileWithinMs) as Promise<VersionLabels>;
  }

  /** What a file says of samples: see `labelFile`. */
  labelFile(path: string, kind: LabellingKind): Promise<LabelLine[]> {
    return this.#ask({ type: 'label-file', path, kind }, profileWithinMs) as Promise<LabelLine[]>;
  }

  /** What the version's annotations say of marks, without what these are. */
  marks(blobs: string, manifest: Manifest, kind: MarkedKind): Promise<VersionMarkSummary> {
    return this.#ask({ type: 'marks', blobs, manifest, kind }, profileWithinMs) as Promise<VersionMarkSummary>;
  }

  /** What files of annotations say of these samples. */
  matchMarks(match: MarkMatch): Promise<FoundMarks> {
    return this.#ask({ type: 'match-marks', ...match }, profileWithinMs) as Promise<FoundMarks>;
  }

  /** How far two passes of labelling agree. */
  compareTests(first: ComparedTest, second: ComparedTest): Promise<EvaluationComparison> {
    return this.#ask({ type: 'compare-tests', first, second }) as Promise<EvaluationComparison>;
  }
  agreement(question: AgreementQuestion): Promise<AgreementReport> {
    return this.#ask({ type: 'agreement', question }, profileWithinMs) as Promise<AgreementReport>;
  }

  /** What a model's file is, that might mark what is in pictures. Errors: those of `MarkerModel.open`. */
  marker(path: string, wish: MarkerWish, threads: number): Promise<MarkerFacts> {
    return this.#ask({ type: 'marker', path, wish, threads }, profileWithinMs) as Promise<MarkerFacts>;
  }

  /** What clicks in a picture mean; null: nothing. Errors: those of `ClickMasker.open`, and of reading the picture. */
  clickMask(question: ClickQuestion): Promise<ClickMask | null> {
    return this.#ask({ type: 'click-mask', ...question }, profileWithinMs) as Promise<ClickMask | null>;
  }

  /** How a run's weights are spread; `folder`: that of its checkpoints. */
  weights(folder: string, question: StoredQuestion): Promise<WeightReport> {
    const pathOf = (name: string) => join(folder, `${name}.safetensors`);
    const { checkpoint, since } = question;
    const paths = { path: pathOf(checkpoint), ...(since !== undefined && { sincePath: pathOf(since) }) };
    return this.#ask({ type: 'weights', ...paths, question }, profileWithinMs) as Promise<WeightReport>;
  }

  /** All samples that meet these conditions, in order. */
  matching(blobs: string, manifest: Manifest, filter: Condition[]): Promise<Int32Array> {
    return this.#ask({ type: 'matching', blobs, manifest, filter }, profileWithinMs) as Promise<Int32Array>;
  }

  /** What this machine has; nothing is opened or computed on. */
  devices(): Promise<DevicesFound> {
    return this.#ask({ type: 'devices' }) as Promise<DevicesFound>;
  }

  /** The next question goes to a fresh process; those under way are asked again of it. */
  restart(): void {
    this.#handle?.kill();
  }

  /** `reason`: what questions that are not answered yet fail with. */
  close(reason = new AtelierError('closing', 'Atelier is closing.')): void {
    this.#closed = true;
    this.#handle?.kill();
    for (const id of [...this.#waiting.keys()]) this.#fail(id, reason);
  }

  #ask(question: Question, withinMs = answerWithinMs, progress?: Waiting['progress']): Promise<unknown> {
    if (this.#closed) return Promise.reject(new AtelierError('closing', 'Atelier is closing.'));
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      const timer = setTimeout(() => {
        this.#fail(
          id,
          new AtelierError('reader_silent', 'Reading the data took too long and was given up. Try again.'),
        );
        // Whatever it is stuck in, the next question should not wait behind it.
        this.#handle?.kill();
      }, withinMs);
      const waiting: Waiting = {
        request: { ...question, id } as ReaderRequest,
        resolve,
        reject,
        timer,
        progress,
        retried: false,
      };
      this.#waiting.set(id, waiting);
      this.#post(waiting);
    });
  }

  #post(waiting: Waiting): void {
    this.#handle ??= this.#start();
    this.#handle.post(waiting.request);
  }

  #start(): UtilityHandle {
    const handle = this.#spawn('reader');
    let lastOutput = '';
    handle.onOutput((text) => (lastOutput = (lastOutput + text).slice(-2000)));
    handle.onMessage((message) => this.#hear(message as ReaderResponse | ReaderProgress));
    handle.onExit(() => {
      if (this.#handle === handle) this.#handle = null;
      if (this.#closed) return;
      for (const [id, waiting] of [...this.#waiting]) {
        if (waiting.retried) {
          const lines = lastOutput.trim().split('\n').slice(-10);
          this.#fail(
            id,
            new AtelierError('process_died', 'The process that reads data ended before it answered.', lines),
          );
        } else {
          waiting.retried = true;
          this.#post(waiting);
        }
      }
    });
    return handle;
  }

  #hear(message: ReaderResponse | ReaderProgress): void {
    if (message.ok === undefined)
      this.#waiting.get(message.id)?.progress?.({ done: message.done, total: message.total });
    else this.#answer(message);
  }

  #answer(response: ReaderResponse): void {
    const waiting = this.#waiting.get(response.id);
    if (!waiting) return;
    if (!response.ok) return this.#fail(response.id, errorFromFacts(response.error));
    clearTimeout(waiting.timer);
    this.#waiting.delete(response.id);
    waiting.resolve(response.value);
  }

  #fail(id: number, error: Error): void {
    const waiting = this.#waiting.get(id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(id);
    waiting.reject(error);
  }
}
