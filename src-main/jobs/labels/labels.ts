import { basename } from 'node:path';
import { getDataset, getVersion } from '../../db/datasets.ts';
import { sampleHistory } from '../../db/label-log.ts';
import {
  addIdentity,
  classSubject,
  eachSaid,
  findLabelling,
  nextClassId,
  packClass,
  type Labelling,
} from '../../db/labellings.ts';
import { workspaceFiles } from '../../db/workspace.ts';
import type { DatasetVersion } from '../../shared/dataset.ts';
import type { FoundMarks } from '../../shared/said.ts';
import type { DataExportResult } from '../../shared/work/export-data.ts';
import type { ImportKind } from '../../shared/work/import.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LabellingId, VersionId } from '../../shared/ids.ts';
import type { JudgedWish } from '../../shared/judged.ts';
import {
  blank,
  isJudgedKind,
  isMarkedKind,
  type ClassAct,
  type LabelHistoryLine,
  type LabellingKind,
  type LabellingPass,
  type LabellingState,
  type LabelOutcome,
  type LabelPatch,
  type LabelRule,
  type SampleLabel,
  type Suggested,
} from '../../shared/labels.ts';
import type { Mark, MarkEdit, MarkSuggestions } from '../../shared/marks.ts';
import type { Context } from '../context.ts';
import { revise } from '../datasets.ts';
import { withNewest } from '../originals.ts';
import type { ModelRef } from '../models.ts';
import { unheard, type Started } from '../work.ts';
import { inSlices, saidLabels, stateOf } from './as-it-stands.ts';
import { carryOver } from './carry.ts';
import { markExport, type LabelExport } from './export.ts';
import { judgedColumn, samplesIdentity, wishedTarget } from './identity.ts';
import { labelOfLine, samplesOfLines } from './import-labels.ts';
import { takeMarks } from './import-marks.ts';
import { Logs, requireSamples } from './logs.ts';
import { Marking, type GivenMark } from './marking.ts';
import { begin, beginSecond, type LabelReader } from './opening.ts';
import { otherPass } from './passes.ts';
import { saidMarks } from './said-marks.ts';
import { Settling } from './settling.ts';
import { checkedClasses, classAfter, labelAfter, requireClassAct, usedClasses } from './said.ts';
import { isTodo, modelName, ruleCondition, suggestionsOf, suggestParams, whoOf } from './suggest.ts';

export interface LabellingWish {
  kind?: LabellingKind;
  /** The second: see `beginSecond`. */
  pass?: LabellingPass;
  /** Tables: see `usualTarget`. */
  target?: string;
  /** Judged kinds: see `judgedTarget`. */
  judged?: JudgedWish;
}

/** What labelling does. Every act answers once it is on disk; acts of one labelling wait for each other. */
export class Labels {
  readonly #context: Context;
  readonly #reader: LabelReader;
  readonly #logs: Logs;
  readonly #marking: Marking;
  /** Agreement with a second pass, and what becomes of disagreements. */
  readonly settling: Settling;

  constructor(context: Context, reader: LabelReader) {
    this.#context = context;
    this.#reader = reader;
    this.#logs = new Logs(context.store);
    this.#marking = new Marking(context.store, this.#logs);
    this.settling = new Settling(
      context.store,
      this.#logs,
      (question) => reader.agreement(question),
      (id, act) => this.classAct(id, act),
    );
  }

  /**
   * The labelling of a version's samples; begun with what the version says where there is none, and of a source of files that has grown with what
   * was said before of those that are still there.
   */
  open(version: VersionId, { kind = 'single', pass = 1, ...wished }: LabellingWish = {}): Promise<LabellingState> {
    return this.#logs.inTurn(async () => {
      const { store } = this.#context;
      const { manifest, dataset } = getVersion(store, version);
      const target = wishedTarget(store, manifest, kind, wished);
      const wish = { dataset, version, manifest, kind, target };
      const began = async (made: { id: LabellingId; earlier: Labelling | null }): Promise<LabellingId> => {
        if (made.earlier) await carryOver(store, this.#logs, made.earlier, made.id, manifest);
        return made.id;
      };
      const found = findLabelling(store, samplesIdentity(manifest), target, kind, pass);
      if (found) return this.state(found);
      const first =
        (pass === 2 && findLabelling(store, samplesIdentity(manifest), target, kind)) ||
        (await began(await begin(store, this.#reader, wish)));
      return this.state(pass === 1 ? first : await began(beginSecond(store, this.#logs.get(first), wish)));
    });
  }

  async state(id: LabellingId): Promise<LabellingState> {
    const state = await inSlices(stateOf(this.#context.store, this.#logs.get(id)));
    this.#logs.learnt(id)?.put(state);
    return state;
  }

  /** Suggestions that follow from the labels, in the place of those before: see `LearntLabels`. `classes`: ids; those that show are given back, 0 for none. */
  showLearnt(id: LabellingId, samples: Int32Array, classes: Int32Array, confidence: Float32Array): Int32Array {
    return this.#logs.startLearning(this.#suggestible(id)).replace(samples, classes, confidence);
  }

  /** What a person says of samples; `who` else it was. */
  set(id: LabellingId, samples: readonly number[], patch: LabelPatch, who = 'person'): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const log = this.#logs.get(id);
      requireSamples(log, samples);
      const classes = this.#logs.classes(log);
      const rejected = patch.state === 'new' ? (this.#logs.learnt(id)?.reject(samples) ?? []) : [];
      const outcome = await this.#logs.edit(log, who, samples, (now) => labelAfter(now, patch, log.kind, classes));
      const told = new Set(outcome.samples.map(({ sample }) => sample));
      const more = rejected.filter((sample) => !told.has(sample));
      return {
        ...outcome,
        samples: [...outcome.samples, ...more.map((sample) => ({ sample, label: this.#logs.label(log, sample) }))],
      };
    });
  }

  /** Gives samples labels that were worked out; `who`: what by. What a person has said stays, where `over` does not say otherwise. */
  give(
    id: LabellingId,
    who: string,
    given: ReadonlyMap<number, SampleLabel>,
    over: (now: SampleLabel) => boolean = ({ state }) => state === 'new' || state === 'suggested',
  ): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const log = this.#ofClasses(id);
      requireSamples(log, [...given.keys()]);
      return this.#logs.edit(log, who, [...given.keys()], (now, sample) =>
        over(now) ? { ...given.get(sample)!, note: given.get(sample)!.note || now.note } : now,
      );
    });
  }

  /** What a model suggests for samples that nobody has looked at. Where it knows classes that are not here, it suggests none of those. */
  async suggest(id: LabellingId, version: VersionId, model: ModelRef): Promise<Started<Suggested>> {
    const { store, queue } = this.#context;
    const log = this.#suggestible(id);
    this.#requireSame(log, version);
    const state = await this.state(id);
    const todo = Int32Array.from([...state.states.keys()].filter((sample) => isTodo(state.states[sample])));
    if (todo.length === 0)
      throw new AtelierError(
        'nothing_to_do',
        'Somebody has looked at every sample: there is none to suggest anything for.',
      );
    const { job, result } = queue.submit({
      kind: 'prelabel',
      title: modelName(store, model),
      dataset: log.dataset,
      params: suggestParams(store, version, model, todo, log.kind),
    });
    const given = result.then(async (found) => {
      const { labels, unknown } = suggestionsOf(found, usedClasses(this.#logs.classes(log)), log.kind);
      const outcome = await this.give(id, whoOf(model), labels);
      const { samples, entropy, margin, leastConfidence } = found;
      return { ...outcome, unknown, doubts: { samples, entropy, margin, leastConfidence } };
    });
    return { job, result: unheard(given) };
  }

  /** Suggests a class for the texts that a rule fits. */
  async rule(id: LabellingId, version: VersionId, rule: LabelRule): Promise<LabelOutcome> {
    const { store } = this.#context;
    const log = this.#suggestible(id);
    this.#requireSame(log, version);
    const classes = checkedClasses([rule.class], log.kind, this.#logs.classes(log));
    const { manifest } = getVersion(store, version);
    const found = await this.#reader.matching(workspaceFiles.blobs(store.folder), manifest, [ruleCondition(rule)]);
    const suggestion: SampleLabel = { ...blank, state: 'suggested', classes };
    return this.give(id, `rule:${rule.pattern}`, new Map(Array.from(found, (sample) => [sample, suggestion])));
  }

  /** Takes suggestions for labels, all that are at least so sure: of samples or of marks. */
  accept(id: LabellingId, atLeast: number): Promise<LabelOutcome> {
    if (isMarkedKind(this.#logs.get(id).kind)) return this.acceptMarks(id, atLeast);
    return this.#logs.inTurn(async () => {
      const log = this.#logs.get(id);
      const sure = [...eachSaid(this.#context.store, log.key)].filter(
        ({ label }) => label.state === 'suggested' && (label.confidence ?? 0) >= atLeast,
      );
      const samples = new Set([...sure.map(({ sample }) => sample), ...(this.#logs.learnt(id)?.sure(atLeast) ?? [])]);
      return this.#logs.edit(log, 'person', [...samples], (now) =>
        now.state === 'suggested' ? { ...now, state: 'labelled', confidence: null } : now,
      );
    });
  }

  /** Whether samples hold marks in it, and not classes. */
  isMarked(id: LabellingId): boolean {
    return isMarkedKind(this.#logs.get(id).kind);
  }

  /** What is marked in these samples, in the order of their numbers. */
  marks(id: LabellingId, samples: readonly number[]): Promise<Mark[]> {
    return this.#marking.marks(id, samples);
  }

  /** What a person does to the marks of one sample: one edit. See `markChanges` for what it throws. */
  mark(id: LabellingId, sample: number, edits: readonly MarkEdit[]): Promise<LabelOutcome> {
    return this.markAll(id, new Map([[sample, edits]]));
  }

  /** The same of several samples, all as one edit. */
  markAll(id: LabellingId, edits: ReadonlyMap<number, readonly MarkEdit[]>): Promise<LabelOutcome> {
    return this.#marking.mark(id, edits);
  }

  /** Suggested marks that can be accepted. */
  suggestions(id: LabellingId): MarkSuggestions {
    return this.#marking.suggestions(id);
  }

  acceptMarks(id: LabellingId, atLeast: number): Promise<LabelOutcome> {
    return this.#marking.accept(id, atLeast);
  }

  /** What a model or a rule suggests, in the place of earlier suggestions in these samples; what a person has said stays. */
  async giveMarks(
    id: LabellingId,
    who: string,
    given: ReadonlyMap<number, readonly GivenMark[]>,
  ): Promise<LabelOutcome> {
    requireFirst(this.#logs.get(id));
    return this.#marking.give(id, who, given);
  }

  /** Makes a class, or changes, merges or removes one. */
  classAct(id: LabellingId, act: ClassAct): Promise<LabelOutcome> {
    return this.#logs.inTurn(async () => {
      const { store } = this.#context;
      const log = this.#logs.get(id);
      requireClassAct(log.kind, act);
      const state = act.act === 'remove' ? await this.state(id) : null;
      const inUse = (ids: ReadonlySet<number>): boolean => {
        if (!state) return false;
        return (
          state.first.some((first) => ids.has(first)) ||
          Object.values(state.several).some((some) => some.some((one) => ids.has(one)))
        );
      };
      const after = classAfter(act, this.#logs.classes(log), nextClassId(store, log.key), inUse);
      const entry = this.#logs.add(log, 'person', [[classSubject(after.id), packClass(after)]]);
      return this.#logs.outcome(log, entry ? [entry] : []);
    });
  }

  /** Of one sample, or across all: see `db/label-log.ts`. */
  undo(id: LabellingId, sample?: number): Promise<LabelOutcome> {
    return this.#logs.inTurn(() => this.#logs.step(this.#logs.get(id), 'undo', sample));
  }
  redo(id: LabellingId, sample?: number): Promise<LabelOutcome> {
    return this.#logs.inTurn(() => this.#logs.step(this.#logs.get(id), 'redo', sample));
  }

  history(id: LabellingId, sample: number): LabelHistoryLine[] {
    const log = this.#logs.get(id);
    requireSamples(log, [sample]);
    return sampleHistory(this.#context.store, log, sample);
  }

  /** A version of the dataset with the labels as they stand: what nets are trained on. Samples keep the splits of `version`. */
  async freeze(id: LabellingId, version: VersionId): Promise<Started<DatasetVersion>> {
    const { store } = this.#context;
    const log = this.#logs.get(id);
    this.#requireSame(log, version);
    if (log.pass === 2) {
      throw new AtelierError(
        'second_pass',
        'Versions are made of the first pass, where disagreements are settled. Open that one.',
      );
    }
    const target = isJudgedKind(log.kind)
      ? judgedColumn(getVersion(store, log.version).manifest, log.kind)
      : log.target;
    const said = await this.#logs.inTurn(async () =>
      isMarkedKind(log.kind)
        ? { marks: await inSlices(saidMarks(store, log)) }
        : { labels: await inSlices(saidLabels(store, { ...log, target })) },
    );
    return revise(this.#context, { version, ...said }, (made) => {
      const identity = samplesIdentity(made.manifest);
      addIdentity(store, id, identity);
      const second = otherPass(store, log);
      if (second) addIdentity(store, second.id, identity);
    });
  }

  /** Throws `other_samples` where that version has others than this labelling. */
  requireSamplesOf(id: LabellingId, version: VersionId): void {
    this.#requireSame(this.#logs.get(id), version);
  }

  /** Writes what is marked in samples in another program's form, into a folder that is absent or empty. */
  async export(
    id: LabellingId,
    version: VersionId,
    { out, ...how }: LabelExport & { out: string },
  ): Promise<Started<DataExportResult>> {
    const { store, queue } = this.#context;
    const log = this.#logs.get(id);
    this.#requireSame(log, version);
    const params = await this.#logs.inTurn(() => markExport(store, log, version, how));
    const { dataset } = log;
    const title = getDataset(store, dataset).summary.name;
    return queue.submit({ kind: 'export-data', title, dataset, params: { ...params, out } });
  }

  /** Takes what a file of labels or judgements says of samples, as one edit, whatever was said of them. Classes that are not there are made. */
  async importLabels(id: LabellingId, version: VersionId, path: string): Promise<LabelOutcome> {
    const { store } = this.#context;
    const log = this.#ofClasses(id);
    this.#requireSame(log, version);
    const lines = await this.#reader.labelFile(path, log.kind);
    const samples = await samplesOfLines(store, version, lines);
    const ids = await this.#classIds(
      id,
      lines.flatMap(({ labels }) => labels),
    );
    const given = new Map(lines.map((line, i) => [samples[i], labelOfLine(line, ids)]));
    return this.give(id, `file:${basename(path)}`, given, () => true);
  }

  /** By name; those that are not there are made. */
  async #classIds(id: LabellingId, names: readonly string[]): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    for (const name of new Set(names)) {
      const known = usedClasses(this.#logs.classes(this.#logs.get(id))).find((one) => one.name === name);
      ids.set(name, known?.id ?? (await this.classAct(id, { act: 'make', name })).classes[0].id);
    }
    return ids;
  }

  /** Takes what files of annotations say of samples, in the place of what was marked in them. Classes that are not there are made. */
  async import(
    id: LabellingId,
    version: VersionId,
    paths: string[],
    format?: ImportKind,
  ): Promise<LabelOutcome & { found: Omit<FoundMarks, 'samples'> }> {
    const { store } = this.#context;
    const log = this.#logs.get(id);
    this.#requireSame(log, version);
    const { kind } = log;
    if (!isMarkedKind(kind)) throw noMarksHere();
    const blobs = workspaceFiles.blobs(store.folder);
    const { samples, ...found } = await this.#reader.matchMarks({
      blobs,
      ...withNewest(store, version),
      kind,
      paths,
      format,
    });
    const ids = await this.#classIds(id, found.classes);
    const who = `file:${basename(paths[0])}`;
    const outcome = await this.#logs.inTurn(() => takeMarks(this.#logs, log, who, { samples }, ids));
    return { ...outcome, found };
  }

  #requireSame(log: Labelling, version: VersionId): void {
    const { store } = this.#context;
    if (
      findLabelling(store, samplesIdentity(getVersion(store, version).manifest), log.target, log.kind, log.pass) ===
      log.id
    )
      return;
    throw new AtelierError(
      'other_samples',
      'That version has other samples than those that were labelled. Choose one of theirs.',
    );
  }

  /** Of classes, and not blind. */
  #suggestible(id: LabellingId): Labelling {
    const log = this.#ofClasses(id);
    requireFirst(log);
    return log;
  }

  /** Whose samples have classes. */
  #ofClasses(id: LabellingId): Labelling {
    const log = this.#logs.get(id);
    if (!isMarkedKind(log.kind)) return log;
    throw new AtelierError(
      'kind_unfit',
      'In this labelling the things in a sample have classes, not the sample. Open the labelling of classes.',
    );
  }
}

function requireFirst({ pass }: Labelling): void {
  if (pass === 1) return;
  throw new AtelierError(
    'blind_pass',
    'A second pass is made without suggestions, so that it says what its maker sees. Ask for them in the first pass.',
  );
}

const noMarksHere = (): AtelierError =>
  new AtelierError(
    'kind_unfit',
    'In this labelling samples have classes, and nothing is marked in them. Open one of objects, spans or segments.',
  );
