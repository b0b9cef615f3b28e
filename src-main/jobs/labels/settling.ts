import { markSubject, packMark, type MarkValue } from '../../db/label-marks.ts';
import { settledBy } from '../../db/label-settled.ts';
import { packLabel, type Labelling } from '../../db/labellings.ts';
import type { WriteStore } from '../../db/open.ts';
import type {
  AgreementQuestion,
  AgreementReport,
  BothAnswers,
  PassAnswer,
  Settlement,
} from '../../shared/agreement.ts';
import type { LabellingId } from '../../shared/ids.ts';
import { isMarkedKind, type ClassAct, type LabelOutcome } from '../../shared/labels.ts';
import { requireSamples, type Logs, type Values } from './logs.ts';
import { labelOf, type MarkChanges } from './mark-edits.ts';
import { Answers, passesOf, type Answer, type CommonClasses } from './passes.ts';
import { checkedClasses } from './said.ts';

/** What two passes say of the same samples, and what becomes of it where they differ. */
export class Settling {
  readonly #store: WriteStore;
  readonly #logs: Logs;
  readonly #measure: (question: AgreementQuestion) => Promise<AgreementReport>;
  readonly #makeClass: (id: LabellingId, act: ClassAct) => Promise<LabelOutcome>;

  constructor(
    store: WriteStore,
    logs: Logs,
    measure: (question: AgreementQuestion) => Promise<AgreementReport>,
    makeClass: (id: LabellingId, act: ClassAct) => Promise<LabelOutcome>,
  ) {
    this.#store = store;
    this.#logs = logs;
    this.#measure = measure;
    this.#makeClass = makeClass;
  }

  /** Throws `no_second_pass`. `overlap`: how much things must cover one another to be the same, above 0 up to 1. */
  async report(id: LabellingId, overlap: number): Promise<AgreementReport> {
    const question = await this.#logs.inTurn(() => this.#answers(id).question(overlap));
    return this.#measure(question);
  }

  /** Both answers to one sample, side by side. */
  answers(id: LabellingId, sample: number): Promise<BothAnswers> {
    return this.#logs.inTurn(async () => {
      const answers = this.#answers(id);
      requireSamples(answers.passes.first, [sample]);
      const { placeInFirst, placeInSecond } = answers.classes;
      return {
        sample,
        first: shown(await answers.first(sample), answers.classes, placeInFirst),
        second: shown(await answers.second(sample), answers.classes, placeInSecond),
        settled: answers.isSettled(sample),
      };
    });
  }

  /**
   * Makes one pass's answer the label, or `new`: neither's. Then `classes` are the label, by ids of the first pass; marks stay as they are, and
   * are edited in the first pass from then on. One edit of the first pass, by `settled:<whose answer>`; undo of it opens the disagreement again.
   */
  async settle(id: LabellingId, sample: number, take: Settlement, classes?: readonly number[]): Promise<LabelOutcome> {
    if (take === 'second') await this.#makeLacking(id, sample);
    return this.#logs.inTurn(async () => {
      const answers = this.#answers(id);
      const { first } = answers.passes;
      requireSamples(first, [sample]);
      const now = this.#logs.label(first, sample);
      const said = take === 'second' ? await answers.second(sample) : await answers.first(sample);
      const idOf = (its: number): number =>
        take === 'second' ? answers.classes.ids[answers.classes.placeInSecond(its)]! : its;
      const values: Values = [];
      if (isMarkedKind(first.kind)) {
        const changes: MarkChanges = take === 'new' ? new Map() : await this.#inPlace(first, sample, said, take, idOf);
        const held = await this.#logs.book.of(first, sample);
        const after = new Map(held.now);
        for (const [number, mark] of changes) {
          if (mark) after.set(number, mark);
          else after.delete(number);
        }
        values.push([sample, packLabel(labelOf(now, 'reviewed', after.values()))]);
        for (const [number, mark] of changes) values.push([markSubject(sample, number), mark && packMark(mark)]);
      } else {
        const ids = take === 'new' ? (classes ?? now.classes) : said.label.classes.map(idOf);
        const chosen = checkedClasses(ids, first.kind, this.#logs.classes(first));
        values.push([sample, packLabel({ ...now, state: 'reviewed', classes: chosen, confidence: null })]);
      }
      const entry = this.#logs.add(first, `${settledBy}${take}`, values, { evenUnchanged: true });
      return this.#logs.outcome(first, entry ? [entry] : []);
    });
  }

  /** Puts an answer's marks in the place of those that stand; what stands as it is keeps its number. */
  async #inPlace(
    first: Labelling,
    sample: number,
    said: Answer,
    take: Settlement,
    idOf: (id: number) => number,
  ): Promise<MarkChanges> {
    const held = await this.#logs.book.of(first, sample);
    const changes: MarkChanges = new Map([...held.now.keys()].map((number) => [number, null]));
    if (take === 'first') {
      for (const [number, mark] of said.marks) {
        const there = held.now.get(number);
        if (there && packMark(there) === packMark(mark)) changes.delete(number);
        else changes.set(number, mark);
      }
      return changes;
    }
    const numbers = new Map([...said.marks.keys()].map((number, i) => [number, held.last + i + 1]));
    for (const [number, { class: its, shape }] of said.marks) {
      const moved: MarkValue['shape'] =
        shape.type === 'relation'
          ? { ...shape, from: numbers.get(shape.from) ?? 0, to: numbers.get(shape.to) ?? 0 }
          : shape;
      changes.set(numbers.get(number)!, { class: idOf(its), suggested: false, confidence: null, shape: moved });
    }
    return changes;
  }

  /** The first pass learns of classes that the second's answer has and it has not. */
  async #makeLacking(id: LabellingId, sample: number): Promise<void> {
    const { names, first } = await this.#logs.inTurn(async () => {
      const answers = this.#answers(id);
      requireSamples(answers.passes.first, [sample]);
      const { label, marks } = await answers.second(sample);
      const its = [...label.classes, ...[...marks.values()].map((mark) => mark.class)];
      const places = new Set(its.map((one) => answers.classes.placeInSecond(one)));
      const lacking = [...places].filter((place) => answers.classes.ids[place] === null);
      return { names: lacking.map((place) => answers.classes.names[place]), first: answers.passes.first.id };
    });
    for (const name of names) await this.#makeClass(first, { act: 'make', name });
  }

  #answers(id: LabellingId): Answers {
    const { first, second } = passesOf(this.#store, this.#logs.get(id));
    return new Answers(this.#store, this.#logs.book, {
      first: this.#logs.get(first.id),
      second: this.#logs.get(second.id),
    });
  }
}

const shown = ({ label, marks }: Answer, { names }: CommonClasses, placeOf: (id: number) => number): PassAnswer => ({
  classes: [...new Set(label.classes.map(placeOf))].sort((a, b) => a - b).map((place) => names[place]),
  note: label.note,
  marks: [...marks].map(([number, { class: its, shape }]) => ({ number, class: names[placeOf(its)], shape })),
});
