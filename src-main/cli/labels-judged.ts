import { extname } from 'node:path';
import { getDataset, getVersion } from '../db/datasets.ts';
import { labelClasses, type Labelling } from '../db/labellings.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { pairSummary, ratingSummary } from '../evaluation/judgements.ts';
import { eachLabel } from '../jobs/labels/as-it-stands.ts';
import { judgedFormats, writeJudged } from '../jobs/labels/judged-file.ts';
import { Reader } from '../jobs/reader.ts';
import { AtelierError } from '../shared/errors.ts';
import { judgedClasses, unpackJudged, type Judged, type JudgedKind } from '../shared/judged.ts';
import { isJudgedKind, labelStates, settledStates, type LabelState } from '../shared/labels.ts';
import type { Session } from './context.ts';
import { count, table } from './format.ts';
import { existing, kindOf, type LabelOptions } from './labelling.ts';

interface ExportOptions extends LabelOptions {
  out: string;
  format?: string;
  state?: LabelState[];
}

export const isJudged = (options: LabelOptions): boolean => isJudgedKind(kindOf(options));

/** For people: what is judged. */
export const judgedWords = ({ prompt, answers }: Judged): string =>
  [answers.join(' or '), ...(prompt === null ? [] : [`to ${prompt}`])].join(' ');

export async function exportJudged(session: Session, text: string, options: ExportOptions): Promise<void> {
  const path = session.path(options.out);
  const ending = extname(path).slice(1).toLowerCase();
  const format = judgedFormats.find((one) => one === (options.format ?? ending));
  if (!format) {
    throw new AtelierError(
      'bad_arguments',
      options.format
        ? `Judgements go out as jsonl or csv, not as ${options.format}.`
        : 'Say what the file is to be: --format jsonl or csv, or by its ending.',
    );
  }
  await session.read(async (store) => {
    const { log, version } = existing(store, text, options);
    const reader = new Reader(session.host.spawnUtility);
    const stop = session.host.onInterrupt(() =>
      reader.close(new AtelierError('cancelled', 'Cancelled. Nothing was written.')),
    );
    try {
      const samples = await writeJudged(store, workspaceFiles.blobs(session.folder), reader, log, version, {
        path,
        format,
        states: options.state,
      });
      session.out.record({ path, format, samples });
      session.out.text(`${count(samples)} judgements written to ${path}`);
    } finally {
      stop();
      reader.close();
    }
  });
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export async function judgedStats(session: Session, text: string, options: LabelOptions): Promise<void> {
  await session.read((store) => {
    const { log, version } = existing(store, text, options);
    const { kind, target, dataset, id: labelling, samples } = log as Labelling & { kind: JudgedKind; target: string };
    const judged = unpackJudged(target);
    const names = new Map(labelClasses(store, log.key).map(({ id, name }) => [id, name]));
    const states = Object.fromEntries(labelStates.map((each) => [each, 0])) as Record<LabelState, number>;
    const counts = judgedClasses[kind].map(() => 0);
    for (const { label } of eachLabel(store, log)) {
      states[label.state]++;
      if (!settledStates.includes(label.state)) continue;
      const at = judgedClasses[kind].indexOf(names.get(label.classes[0]) ?? '');
      if (at >= 0) counts[at]++;
    }
    const { out } = session;
    const classes = judgedClasses[kind].map((name, i) => ({ name, samples: counts[i] }));
    const of = kind === 'pair' ? pairSummary(counts) : ratingSummary(counts);
    out.record({ dataset, labelling, version, kind, ...judged, samples, states, classes, ...of });
    out.text(
      `${getDataset(store, dataset).summary.name}, ${kind}, ${judgedWords(judged)}: ${count(of.judged)} of ${count(getVersion(store, version).manifest.samples)} samples`,
    );
    const wordOf = (name: string, i: number): string =>
      kind === 'pair' && i < 2 ? `${name} (${judged.answers[i]})` : name;
    out.text(
      table([
        [kind === 'pair' ? 'BETTER' : 'RATING', 'SAMPLES'],
        ...classes.map((one, i) => [wordOf(one.name, i), count(one.samples)]),
      ]),
    );
    if ('aBetter' in of) {
      if (of.aBetter !== null && of.interval !== null)
        out.text(
          `A is better in ${percent(of.aBetter)} of those where one is (95 %: ${percent(of.interval[0])} to ${percent(of.interval[1])})`,
        );
    } else if (of.mean !== null) {
      out.text(
        `Mean ${of.mean.toFixed(2)}${of.deviation === null ? '' : ` ± ${of.deviation.toFixed(2)}`}, median ${of.median}`,
      );
    }
  });
}
