import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { workspaceFiles } from '../../db/workspace.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LabellingId, VersionId } from '../../shared/ids.ts';
import type { MarkJobResult } from '../../shared/work/suggest.ts';
import type { LabelClass, LabellingState } from '../../shared/labels.ts';
import type {
  ClickMask,
  FoundObject,
  MarkerFacts,
  MarkerWish,
  MaskClick,
  SuggestedMarks,
} from '../../shared/marker.ts';
import type { Mark } from '../../shared/marks.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { Context } from '../context.ts';
import { withNewest } from '../originals.ts';
import type { Reader } from '../reader.ts';
import { unheard, type Started } from '../work.ts';
import type { Labels } from './labels.ts';
import type { GivenMark } from './marking.ts';
import { usedClasses } from './said.ts';
import { isTodo } from './suggest.ts';

export interface MarkWish {
  /** The model's file, absolute. */
  path: string;
  wish: MarkerWish;
  /** Classes of the model's that are not here are made, those that were found. */
  make?: boolean;
  /** Also for samples that somebody has looked at. */
  all?: boolean;
}

/** What covers a mark of the same class by more than this is the same thing. */
const sameThing = 0.5;
const marksAtOnce = 64;

/** Marks that models made elsewhere suggest. */
export class ModelMarks {
  readonly #context: Context;
  readonly #labels: Labels;
  readonly #reader: Pick<Reader, 'marker' | 'clickMask'>;

  /** `reader`: of a process that a model may take along. */
  constructor(context: Context, labels: Labels, reader: Pick<Reader, 'marker' | 'clickMask'>) {
    this.#context = context;
    this.#labels = labels;
    this.#reader = reader;
  }

  /** What a file is. Where it says no names of classes and as many are here, those are meant, in their order. */
  async facts(path: string, wish: MarkerWish, state: LabellingState): Promise<MarkerFacts> {
    requireObjects(state);
    if (!existsSync(path)) throw new AtelierError('no_such_file', `There is no file ${path}. Check its name.`);
    const facts = await this.#reader.marker(path, wish, threads());
    const here = namesOf(state);
    return facts.classes || here.length === 0 || (facts.count ?? here.length) !== here.length
      ? facts
      : { ...facts, classes: here, classSource: 'guess' };
  }

  /**
   * Suggestions for samples that nobody has looked at, in the place of earlier ones there. What is marked already is not suggested again. Errors:
   * `nothing_to_do`, `class_names_needed`, `no_class_known`, and those of the file.
   */
  async suggest(id: LabellingId, version: VersionId, given: MarkWish): Promise<Started<SuggestedMarks>> {
    const { store, queue } = this.#context;
    this.#labels.requireSamplesOf(id, version);
    const state = await this.#labels.state(id);
    const facts = await this.facts(given.path, given.wish, state);
    const { classes } = facts;
    if (!classes) throw namesNeeded(facts);
    // Where there are none yet, the model's are as good a beginning as any.
    const make = given.make === true || namesOf(state).length === 0;
    if (!make && !classes.some((name) => namesOf(state).includes(name))) throw noneKnown(classes);
    const samples = Int32Array.from(
      [...state.states.keys()].filter((at) => given.all === true || isTodo(state.states[at])),
    );
    if (samples.length === 0) {
      throw new AtelierError(
        'nothing_to_do',
        'Somebody has looked at every sample. Ask for suggestions in all samples to have them there too.',
      );
    }
    const { job, result } = queue.submit({
      kind: 'suggest-marks',
      title: facts.name,
      dataset: state.dataset,
      params: {
        blobs: workspaceFiles.blobs(store.folder),
        ...withNewest(store, version),
        path: given.path,
        wish: { ...given.wish, classes },
        samples,
        threads: threads(),
      },
    });
    return { job, result: unheard(result.then((found) => this.#take(id, found, make))) };
  }

  /**
   * What clicks in a sample's picture mean, by a pair of models (absolute paths); null: nothing. Without clicks the pair is only opened. Nothing is
   * marked by it.
   */
  clickMask(
    version: VersionId,
    sample: number,
    paths: string[],
    clicks: readonly MaskClick[],
  ): Promise<ClickMask | null> {
    const { store } = this.#context;
    const missing = paths.find((path) => !existsSync(path));
    if (missing) throw new AtelierError('no_such_file', `There is no file ${missing}. Check its name.`);
    const blobs = workspaceFiles.blobs(store.folder);
    return this.#reader.clickMask({ paths, threads: threads(), blobs, ...withNewest(store, version), sample, clicks });
  }

  async #take(id: LabellingId, { facts, found, unread }: MarkJobResult, make: boolean): Promise<SuggestedMarks> {
    const names = facts.classes!;
    const ids = await this.#classIds(id, names, found, make);
    const unknown = new Map<string, number>();
    const given = new Map<number, GivenMark[]>();
    const counts = { suggestions: 0, pictures: 0 };
    for (let from = 0; from < found.length; from += marksAtOnce) {
      const some = found.slice(from, from + marksAtOnce);
      const there = await this.#labels.marks(
        id,
        some.map(([sample]) => sample),
      );
      for (const [sample, objects] of some) {
        const marks: GivenMark[] = [];
        for (const one of objects) {
          const its = ids.get(names[one.class]);
          if (its === undefined) unknown.set(names[one.class], (unknown.get(names[one.class]) ?? 0) + 1);
          else if (!isThere(there, sample, its, one))
            marks.push({ class: its, confidence: one.score, shape: one.shape });
        }
        given.set(sample, marks);
        counts.suggestions += marks.length;
        if (marks.length > 0) counts.pictures++;
      }
    }
    const outcome = await this.#labels.giveMarks(id, `file:${facts.name}`, given);
    const left = [...unknown].map(([name, count]) => ({ name, count })).sort((a, b) => b.count - a.count);
    return { ...outcome, ...counts, facts, unknown: left, unread };
  }

  /** By name. */
  async #classIds(
    id: LabellingId,
    names: readonly string[],
    found: MarkJobResult['found'],
    make: boolean,
  ): Promise<Map<string, number>> {
    if (!make) return new Map(usable(await this.#labels.state(id)).map((one) => [one.name, one.id]));
    const wanted = new Set(found.flatMap(([, objects]) => objects.map((one) => names[one.class])));
    return this.#labels.classesNamed(
      id,
      names.filter((name) => wanted.has(name)),
    );
  }
}

const threads = (): number => defaultThreads(availableParallelism());
const usable = ({ classes }: LabellingState): LabelClass[] => usedClasses(classes).sort((a, b) => a.place - b.place);
const namesOf = (state: LabellingState): string[] => usable(state).map(({ name }) => name);

function requireObjects({ kind }: LabellingState): void {
  if (kind === 'objects') return;
  throw new AtelierError('kind_unfit', 'Objects are marked in the labelling of objects of images. Open that one.');
}

/** Whether a person has marked the same thing. */
function isThere(marks: readonly Mark[], sample: number, its: number, { shape }: FoundObject): boolean {
  return marks.some(
    (mark) =>
      mark.sample === sample &&
      mark.class === its &&
      !mark.suggested &&
      'box' in mark.shape &&
      overlap(mark.shape.box, shape.box) > sameThing,
  );
}

function overlap(a: readonly number[], b: readonly number[]): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a[2] * a[3] + b[2] * b[3] - width * height);
}

function namesNeeded({ name, count }: MarkerFacts): AtelierError {
  const many = count === null ? 'its classes' : `its ${count} classes`;
  return new AtelierError(
    'class_names_needed',
    `${name} does not say what ${many} are called. Give their names, in its order.`,
  );
}

const noneKnown = (names: readonly string[]): AtelierError =>
  new AtelierError(
    'no_class_known',
    `The model tells other classes apart (${names.slice(0, 5).join(', ')}${names.length > 5 ? ' …' : ''}) than there are here. Have them made, or give its classes the names that they have here.`,
  );
