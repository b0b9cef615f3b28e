import {
  augmentedData,
  augmentFields,
  type AugmentedData,
  type Augmentation,
} from '../../../src-main/shared/augment/kinds.ts';
import type { SynonymsRef } from '../../../src-main/shared/augment/synonyms.ts';
import type { TrainRequest } from '../../../src-main/shared/contract.ts';
import type { DatasetDetail, Manifest } from '../../../src-main/shared/dataset.ts';
import type { DatasetId, JobId, RunId, VersionId } from '../../../src-main/shared/ids.ts';
import { fieldsFor, usualArchitecture } from '../../../src-main/shared/input-kinds.ts';
import { lossesFor } from '../../../src-main/shared/learning.ts';
import type { RecipeStep, StepInfo } from '../../../src-main/shared/recipe.ts';
import type {
  ArchitectureInfo,
  DeviceName,
  TrainedRun,
  SettingField,
  SettingValue,
} from '../../../src-main/shared/run.ts';
import { taskOf } from '../../../src-main/shared/task.ts';
import { recipeFields, type StepFields } from '../../../src-main/shared/tunable-recipe.ts';
import { readTokenizerRef } from '../../../src-main/shared/text.ts';
import type { TokenizerRef } from '../../../src-main/shared/text.ts';
import { studio } from '../../bridge/studio.ts';
import type { Studio } from '../../bridge/studio.ts';
import { Originals } from '../../state/originals.svelte.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { groupsFor, type ArchitectureGroup } from './architecture-groups.ts';
import { augmentFieldsOf, augmentKindOf, trainingFields, trainingKeys } from './fields.ts';
import { Foresight } from './foresight.svelte.ts';
import { formField, typedAsIn, typedKey, valuesOf, type FormField, type Typed } from './form-fields.ts';
import { learningFieldsOf, learningOf } from './learning-fields.ts';

/** The Train page: what to train on, which net, its settings as typed, and what they come to. */
export class TrainForm {
  #studio: Studio;
  #detail = new Resource<DatasetDetail>();
  #architectures = new Resource<ArchitectureInfo[]>();
  #steps = new Resource<readonly StepInfo[]>();
  #chosen = $state<string | null>(null);
  #typed = $state<Typed>({});
  #devices = $state.raw<readonly DeviceName[]>(['cpu']);
  #brought = $state.raw<readonly TokenizerRef[]>([]);
  #synonyms = $state.raw<SynonymsRef | null>(null);
  readonly originals: Originals;
  readonly #foresight: Foresight;
  name = $state('');
  starting = $state(false);
  advanced = $state(false);
  choosingTarget = $state<JobId | null>(null);

  constructor(through: Studio = studio) {
    this.#studio = through;
    this.originals = new Originals(through);
    this.#foresight = new Foresight(through);
  }

  get detail(): DatasetDetail | null {
    return this.#detail.value;
  }
  get error() {
    return this.#detail.error ?? this.#architectures.error;
  }
  get estimate() {
    return this.#foresight.estimate;
  }
  /** What the run would take; null while that is not known. */
  get forecast() {
    return this.#foresight.forecast;
  }
  get architectures(): readonly ArchitectureInfo[] {
    return this.#architectures.value ?? [];
  }
  set devices(names: readonly DeviceName[]) {
    this.#devices = names;
  }

  async load(): Promise<void> {
    await this.#architectures.load(() => this.#studio.call('architectures.list'));
  }

  async open(dataset: DatasetId, version?: VersionId): Promise<void> {
    if (this.detail?.summary.id !== dataset) this.#detail.set(null);
    const opened = await this.#detail.load(() => this.#studio.call('datasets.get', { id: dataset, version }));
    if (!opened) return;
    this.originals.want(opened.version, true);
    const { recipe } = opened.version.manifest;
    if (recipe && recipe.steps.length > 0 && !this.#steps.value) {
      await this.#steps.load(() => this.#studio.call('recipes.steps', undefined));
    }
  }

  /** Those that the data fits, by what they take: first those for any data. While the data are not known, none. */
  get groups(): ArchitectureGroup[] {
    const manifest = this.detail?.version.manifest;
    return manifest ? groupsFor(this.architectures, manifest) : [];
  }

  /** The one chosen where the data fits it, else the usual one. */
  get architecture(): ArchitectureInfo | null {
    const manifest = this.detail?.version.manifest;
    const fitting = this.groups.flatMap((group) => group.architectures);
    const usual = manifest && usualArchitecture(manifest);
    const find = (id: string | null | undefined) => fitting.find((one) => one.id === id);
    return find(this.#chosen) ?? find(usual) ?? fitting[0] ?? null;
  }
  choose(id: string): void {
    this.#chosen = id;
  }

  /** Whether a target is to be chosen first. */
  get lacksTarget(): boolean {
    const manifest = this.detail?.version.manifest;
    return manifest?.kind === 'table' && manifest.target === null && this.architecture?.learns === 'target';
  }

  /** Whether there is nothing to tell apart. */
  get lacksClasses(): boolean {
    const manifest = this.detail?.version.manifest;
    const single = manifest?.task === 'classification' && manifest.classes.length < 2;
    return single && this.architecture?.learns === 'target';
  }

  /** How many samples have a class, where some have none and a class is what is learnt: the others are left out. Null where all count. */
  get labelled(): number | null {
    const manifest = this.detail?.version.manifest;
    if (!manifest || manifest.task !== 'classification' || this.architecture?.learns !== 'target') return null;
    const labelled = manifest.classes.reduce((sum, { count }) => sum + count, 0);
    // That there is none at all is told where it keeps from training.
    return labelled > 0 && labelled < manifest.samples ? labelled : null;
  }

  get fields(): FormField[] {
    const architecture = this.architecture;
    const manifest = this.detail?.version.manifest;
    if (!architecture) return [];
    const about = { architecture: architecture.id, typed: this.#typed, synonyms: this.#synonyms !== null };
    const all = (of: FormField['of'], fields: readonly SettingField[]) =>
      fields.map((field) => formField(field, of, about));
    return [
      ...all('architecture', manifest ? fieldsFor(architecture.fields, manifest) : []),
      ...all('training', trainingFields(architecture, manifest?.splits.train ?? Infinity, this.#devices)),
      ...all('learning', this.#learningFields(architecture, manifest)),
      ...all('augment', augmentFieldsOf(this.augmented)),
      ...this.#recipe.flatMap(({ fields }) => all('recipe', fields)),
    ];
  }
  get #recipe(): StepFields[] {
    const { recipe, target } = this.detail?.version.manifest ?? {};
    const kinds = this.#steps.value;
    return recipe && kinds ? recipeFields(recipe, kinds, target ?? null) : [];
  }
  /** The steps that prepared the data, of which a study may try others, with their fields. */
  get recipe(): { step: RecipeStep; fields: FormField[] }[] {
    const all = new Map(this.fields.filter(({ of }) => of === 'recipe').map((one) => [one.field.key, one]));
    return this.#recipe.map(({ step, fields }) => ({ step, fields: fields.flatMap(({ key }) => all.get(key) ?? []) }));
  }
  #learningFields(architecture: ArchitectureInfo, manifest: Manifest | undefined): SettingField[] {
    const task = manifest ? taskOf(architecture, manifest) : null;
    const typed = (key: string) => (this.#typed[key] === undefined ? undefined : String(this.#typed[key]));
    const loss = lossesFor(task).find((name) => name === typed('loss'));
    const classes = manifest?.classes.map(({ name }) => name) ?? [];
    const onCard = !['auto', 'cpu'].includes(typed('device') ?? 'auto');
    const about = { task, loss, schedule: typed('schedule') ?? 'cosine', onCard };
    return learningFieldsOf(about, classes, typed('classWeights'));
  }
  /** What of the data can be changed as it is trained on; null: nothing. */
  get augmented(): AugmentedData | null {
    const architecture = this.architecture;
    const manifest = this.detail?.version.manifest;
    if (!architecture || !manifest) return null;
    const data = augmentedData(architecture, manifest);
    // Mixed classes are learnt by cross-entropy alone.
    return data === 'classed-image' && this.#typed.loss === 'focal' ? 'image' : data;
  }
  /** Amounts above 0; null while one of them is not a number. */
  get augment(): Augmentation | null {
    const own = this.fields.filter((one) => one.of === 'augment');
    if (own.some((one) => one.checked.value === undefined)) return null;
    const amounts = own.map((one) => [augmentKindOf(one.field.key), one.checked.value as number] as const);
    return Object.fromEntries(amounts.filter(([, amount]) => amount > 0));
  }
  /** The list of synonyms that was chosen; null: none. */
  get synonyms(): SynonymsRef | null {
    return this.#synonyms;
  }
  /** Asks for one by the system's dialog; once chosen it is used. */
  async bringSynonyms(one: FormField): Promise<void> {
    const brought = await this.#studio.call('synonyms.choose', undefined);
    if (!brought) return;
    this.#synonyms = brought;
    if (Number(one.typed) === 0) this.usual(one);
  }
  /** Sets an augmentation to what is a good beginning. */
  usual(one: FormField): void {
    this.type(one, String(augmentFields[augmentKindOf(one.field.key)].usual));
  }
  get changed(): number {
    return this.fields.filter((one) => one.changed).length;
  }
  /** Columns of text that are used, those that the architecture reads, and how many others it leaves out. */
  get texts(): { names: string[]; read: boolean; left: number } | null {
    const columns = this.detail?.version.manifest.columns.filter(({ role }) => role === 'feature') ?? [];
    const names = columns.filter(({ type }) => type === 'text').map(({ name }) => name);
    const architecture = this.architecture;
    if (names.length === 0 || !architecture) return null;
    const read = architecture.inputs.includes('text');
    return { names, read, left: read ? columns.length - names.length : names.length };
  }
  get invalid(): FormField[] {
    return this.fields.filter((one) => one.checked.problem !== undefined);
  }

  type(one: FormField, typed: string | boolean): void {
    this.#typed[typedKey(one.field.key, one.of, this.architecture?.id ?? '')] = typed;
  }
  /** Those chosen from files, here or for a run that is trained again. */
  get broughtTokenizers(): readonly TokenizerRef[] {
    const typed = this.fields.flatMap(({ field, typed }) => (field.kind === 'tokenizer' ? [String(typed)] : []));
    return [...new Set([...this.#brought, ...typed])].filter(
      (text): text is TokenizerRef => readTokenizerRef(text) !== null,
    );
  }
  /** Asks for a tokenizer.json by the system's dialog. */
  async bringTokenizer(one: FormField): Promise<void> {
    const brought = await this.#studio.call('tokenizers.choose', undefined);
    if (!brought) return;
    this.#brought = [...this.#brought, brought];
    this.type(one, brought);
  }
  reset(one: FormField): void {
    delete this.#typed[typedKey(one.field.key, one.of, this.architecture?.id ?? '')];
  }
  resetAll(): void {
    this.#typed = {};
    this.#synonyms = null;
  }

  get value(): Record<string, SettingValue> {
    return valuesOf(this.fields);
  }
  get architectureSettings(): Record<string, SettingValue> | null {
    const own = this.fields.filter((one) => one.of === 'architecture');
    if (own.some((one) => one.checked.value === undefined)) return null;
    return Object.fromEntries(own.map((one) => [one.field.key, one.checked.value!]));
  }
  /** Optimizer steps in all: batches in an epoch, the last one may be short. */
  get steps(): { perEpoch: number; total: number } | null {
    // How many blocks texts are cut into is only known once they are tokens, which the forecast makes of them.
    // Likewise how many of the training split have a label, where not all have: as many as of the whole, until it is measured.
    const manifest = this.detail?.version.manifest;
    const { labelled } = this;
    const samples =
      this.architecture?.learns === 'language'
        ? this.forecast.value?.samples
        : manifest && labelled !== null
          ? Math.round((manifest.splits.train * labelled) / manifest.samples)
          : manifest?.splits.train;
    const { batchSize, epochs } = this.value;
    if (samples === undefined || typeof batchSize !== 'number' || typeof epochs !== 'number') return null;
    const perEpoch = Math.ceil(samples / batchSize);
    return { perEpoch, total: perEpoch * epochs };
  }

  /** Sets everything as it was in `run`, but for a rate at which it diverged; what differs from the defaults shows as changed. */
  preload(run: TrainedRun): void {
    this.#chosen = run.settings.architecture;
    this.#synonyms = run.settings.synonyms ?? null;
    this.#typed = typedAsIn(run);
    this.name = '';
  }

  /** Asks again once the person has stopped typing. */
  reckon(): void {
    const version = this.detail?.version;
    const architecture = this.architecture;
    const architectureSettings = this.architectureSettings;
    const known = version && architecture && architectureSettings;
    if (known && this.lacksTarget) return this.#foresight.reckon(null);
    this.#foresight.reckon(
      known ? { version: version.id, architecture: architecture.id, architectureSettings } : undefined,
    );
  }

  /** What a run takes follows from these: not from its name, its seed or its rates. */
  get telling(): string | null {
    const { name: _name, seed: _seed, learningRate: _rate, patience: _patience, ...telling } = this.request ?? {};
    return this.request && !this.lacksTarget && !this.lacksClasses ? JSON.stringify(telling) : null;
  }

  /** Trains for a moment to tell, once the person has stopped typing: that takes the machine for some seconds. */
  foresee(): void {
    this.#foresight.foresee(this.telling === null ? null : () => this.request);
  }
  /** Nobody looks any more. */
  forget(): void {
    this.#foresight.forget();
  }

  get request(): TrainRequest | null {
    const version = this.detail?.version;
    const architecture = this.architecture;
    const architectureSettings = this.architectureSettings;
    if (!version || !architecture || !architectureSettings || this.invalid.length > 0) return null;
    const training = Object.fromEntries(trainingKeys.map((key) => [key, this.value[key]]));
    const name = this.name.trim();
    return {
      version: version.id,
      ...(name === '' ? {} : { name }),
      architecture: architecture.id,
      architectureSettings,
      ...training,
      ...learningOf(valuesOf(this.fields.filter((one) => one.of === 'learning'))),
      augment: this.augment ?? {},
      ...(this.augmented === 'text' && this.#synonyms ? { synonyms: this.#synonyms } : {}),
    } as TrainRequest;
  }

  /** `queue`: behind all that wait, instead of before them. */
  async start({ queue = false } = {}): Promise<RunId | null> {
    const request = this.request;
    if (!request || this.starting) return null;
    this.starting = true;
    try {
      return await this.#studio.call(queue ? 'runs.queue' : 'runs.start', request);
    } finally {
      this.starting = false;
    }
  }

  /** Starts a run for each fold; versions that are divided so are made first. */
  async crossValidate(how: { folds: number; column?: string }): Promise<RunId[] | null> {
    const request = this.request;
    if (!request || this.starting) return null;
    this.starting = true;
    try {
      return await this.#studio.call('runs.crossValidate', { request, ...how });
    } finally {
      this.starting = false;
    }
  }

  /** Makes a version with this target; Train goes on with it when it is there. */
  async chooseTarget(target: string): Promise<void> {
    const version = this.detail?.version;
    if (version) this.choosingTarget = await this.#studio.call('datasets.revise', { version: version.id, target });
  }
}

export const form = new TrainForm();
