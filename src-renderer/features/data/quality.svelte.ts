import { packSamples, type Condition } from '../../../src-main/shared/filter.ts';
import type { VersionId } from '../../../src-main/shared/ids.ts';
import type { LeakFinding, LeakQuestion, LeakReport } from '../../../src-main/shared/leaks.ts';
import type { AnonymityReport, PrivacyReport } from '../../../src-main/shared/privacy.ts';
import type { JudgedSample, QualityReport } from '../../../src-main/shared/quality.ts';
import type { TrainedRun } from '../../../src-main/shared/run.ts';
import { studio } from '../../bridge/studio.ts';
import { Resource } from '../../state/resource.svelte.ts';
import { sampleOf } from './sample-pages.svelte.ts';
import type { Sample } from './sample-pages.svelte.ts';

/** Which list of findings is opened. */
export type Opened =
  { of: 'leak'; at: number } | { of: 'labels' } | { of: 'hard' } | { of: 'outliers' } | { of: 'pair'; at: number };

/** One line of an opened list: a sample, or two that are alike. */
export interface Line {
  samples: Sample[];
  judged?: JudgedSample;
  likeness?: number;
}

/** Lines fetched at a time. */
const page = 40;

/** What was found in one version: leaks, and what a run says of the samples. */
export class QualityChecks {
  readonly version: VersionId;
  readonly #bytesEach: number;
  #judgedVersion: VersionId;
  readonly leaks = new Resource<LeakReport>();
  readonly report = new Resource<QualityReport>();
  readonly personal = new Resource<PrivacyReport>();
  readonly anonymity = new Resource<AnonymityReport>();
  readonly lines = new Resource<Line[]>();
  opened = $state.raw<Opened | null>(null);
  #limit = $state(page);

  constructor(version: VersionId, bytesEach: number) {
    this.version = version;
    this.#judgedVersion = version;
    this.#bytesEach = bytesEach;
  }

  async checkLeaks(question: LeakQuestion): Promise<void> {
    this.#close();
    await this.leaks.load(() => studio.call('datasets.leaks', { version: this.version, ...question }));
  }

  async lookForPersonal(): Promise<void> {
    await this.personal.load(() => studio.call('datasets.privacy', { version: this.version }));
  }

  async countAlike(columns: string[], wanted: number): Promise<void> {
    await this.anonymity.load(() => studio.call('datasets.anonymity', { version: this.version, columns, wanted }));
  }

  /** By a run of any version of the same samples. */
  async judge({ id, version }: TrainedRun, train: boolean): Promise<void> {
    this.#close();
    this.#judgedVersion = version;
    await this.report.load(() => studio.call('runs.quality', { id, train }));
  }

  /** How many lines the opened list has, of those that were kept. */
  get total(): number {
    return this.#wanted.length;
  }
  get more(): boolean {
    return this.#limit < this.total;
  }

  async open(what: Opened): Promise<void> {
    this.opened = what;
    this.#limit = page;
    this.lines.set(null);
    await this.#fetch();
  }

  async showMore(): Promise<void> {
    this.#limit += page;
    await this.#fetch();
  }

  /** Where all samples of the opened list can be seen among the others; null for none. `name` says in a word which they are. */
  place(name: string): { version: VersionId; filter: Condition[] } | null {
    if (!this.opened) return null;
    const version = this.opened.of === 'leak' ? this.version : this.#judgedVersion;
    const samples = packSamples(this.#wanted.flatMap((one) => one.samples));
    return { version, filter: [{ kind: 'samples', samples, name }] };
  }

  finding(at: number): LeakFinding | undefined {
    return this.leaks.value?.findings[at];
  }

  get #judged(): readonly JudgedSample[] {
    const report = this.report.value;
    switch (this.opened?.of) {
      case 'labels':
        return report?.labelErrors.samples ?? [];
      case 'hard':
        return report?.hard.samples ?? [];
      case 'outliers':
        return report?.outliers?.samples ?? [];
      case 'pair':
        return report?.ambiguous[this.opened.at]?.samples ?? [];
      default:
        return [];
    }
  }

  get #wanted(): readonly { samples: number[]; judged?: JudgedSample; likeness?: number }[] {
    if (this.opened?.of === 'leak') {
      const pairs = this.finding(this.opened.at)?.pairs ?? [];
      return pairs.map(({ other, held, likeness }) => ({ samples: [other, held], likeness }));
    }
    return this.#judged.map((judged) => ({ samples: [judged.sample], judged }));
  }

  async #fetch(): Promise<void> {
    const wanted = this.#wanted.slice(0, this.#limit);
    const version = this.opened?.of === 'leak' ? this.version : this.#judgedVersion;
    const numbers = wanted.flatMap(({ samples }) => samples);
    await this.lines.load(async () => {
      if (numbers.length === 0) return [];
      const found = new Map<number, Sample>();
      for (let from = 0; from < numbers.length; from += 500) {
        const some = numbers.slice(from, from + 500);
        const picked = await studio.call('datasets.pick', { version, samples: some });
        some.forEach((number, k) => found.set(number, sampleOf(picked, k, this.#bytesEach)));
      }
      return wanted.map(({ samples, ...rest }) => ({ ...rest, samples: samples.map((number) => found.get(number)!) }));
    });
  }

  #close(): void {
    this.opened = null;
    this.lines.set(null);
  }
}
