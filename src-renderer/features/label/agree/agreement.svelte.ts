import {
  usualOverlap,
  type AgreementReport,
  type BothAnswers,
  type PassAnswer,
} from '../../../../src-main/shared/agreement.ts';
import type { Disagreement, Settlement } from '../../../../src-main/shared/agreement.ts';
import { studio } from '../../../bridge/studio.ts';
import type { Studio } from '../../../bridge/studio.ts';
import { Resource } from '../../../state/resource.svelte.ts';
import { isJudgedKind } from '../../../../src-main/shared/labels.ts';
import { judgedWord } from '../judged/judged-words.ts';
import { label } from '../label.svelte.ts';

/** Judgements by their words. */
function worded(report: AgreementReport): AgreementReport {
  const { kind } = report;
  if (!isJudgedKind(kind)) return report;
  const word = (name: string): string => judgedWord(kind, name);
  return {
    ...report,
    classes: report.classes.map(word),
    perClass: report.perClass.map((one) => ({ ...one, class: word(one.class) })),
    disagreements: report.disagreements.map((one) => ({
      ...one,
      first: one.first.map(word),
      second: one.second.map(word),
    })),
  };
}

/** How far two passes agree, and the disagreements that are gone through. */
export class AgreementPlace {
  readonly #studio: Studio;
  #report = new Resource<AgreementReport>();
  #answers = new Resource<BothAnswers>();
  #at = $state(0);
  /** Things that cover one another so much are the same. */
  overlap = $state(usualOverlap);

  constructor(through: Studio = studio) {
    this.#studio = through;
  }

  get report(): AgreementReport | null {
    return this.#report.value;
  }
  get error() {
    return this.#report.error ?? this.#answers.error;
  }
  get disagreements(): readonly Disagreement[] {
    return this.report?.disagreements ?? [];
  }
  get left(): number {
    return this.disagreements.filter(({ settled }) => !settled).length;
  }
  get at(): number {
    return Math.min(this.#at, Math.max(0, this.disagreements.length - 1));
  }
  get current(): Disagreement | null {
    return this.disagreements[this.at] ?? null;
  }
  /** Of the disagreement in front. */
  get answers(): BothAnswers | null {
    const { value } = this.#answers;
    if (!value || value.sample !== this.current?.sample) return null;
    const { kind } = label;
    if (!isJudgedKind(kind)) return value;
    const inWords = (answer: PassAnswer): PassAnswer => ({
      ...answer,
      classes: answer.classes.map((name) => judgedWord(kind, name)),
    });
    return { ...value, first: inWords(value.first), second: inWords(value.second) };
  }

  async load(): Promise<void> {
    const labelling = label.state?.labelling;
    if (!labelling) return;
    const { overlap } = this;
    const first = this.report === null;
    await this.#report.load(() => this.#studio.call('labels.agreement', { labelling, overlap }).then(worded));
    if (first)
      this.goTo(
        Math.max(
          0,
          this.disagreements.findIndex(({ settled }) => !settled),
        ),
      );
    else this.goTo(this.at);
  }

  forget(): void {
    this.#report.set(null);
    this.#answers.set(null);
    this.#at = 0;
  }

  goTo(at: number): void {
    this.#at = Math.max(0, Math.min(this.disagreements.length - 1, at));
    const labelling = label.state?.labelling;
    const sample = this.current?.sample;
    if (!labelling || sample === undefined) return;
    void this.#answers.load(() => this.#studio.call('labels.answers', { labelling, sample }));
    void label.samples.want([sample], label.kind !== 'objects').catch(() => {});
  }

  /** What the passes themselves say stays what it is, so the numbers do. */
  async settle(take: Settlement, classes?: number[]): Promise<void> {
    const now = this.current;
    if (!now) return;
    await label.settle(now.sample, take, classes);
    this.#report.patch((report) => ({
      ...report,
      disagreements: report.disagreements.map((one) => (one.sample === now.sample ? { ...one, settled: true } : one)),
    }));
    const open = (from: number) => this.disagreements.findIndex(({ settled }, i) => i >= from && !settled);
    const next = open(this.at) < 0 ? open(0) : open(this.at);
    if (next >= 0) this.goTo(next);
  }

  /** Undo goes to what it changed. */
  async back(act: 'undo' | 'redo'): Promise<void> {
    const sample = await label.back(act);
    await this.load();
    const at = this.disagreements.findIndex((one) => one.sample === sample);
    if (at >= 0) this.goTo(at);
  }
}

export const agreement = new AgreementPlace();
