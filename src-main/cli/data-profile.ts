import type { Command } from 'commander';
import type { AudioFacts, Spread } from '../shared/audio.ts';
import type { Manifest } from '../shared/dataset.ts';
import { measureOf, type ColumnProfile, type Leak, type Profile } from '../shared/profile.ts';
import { readVersion } from './data-reader.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table } from './format.ts';
import { withCommon } from './options.ts';
import type { Output } from './output.ts';
import { ProgressLine } from './progress.ts';

interface Options extends CommonOptions {
  associations?: boolean;
}

export function addDataProfile(data: Command, context: CommandContext): void {
  withCommon(data.command('profile'))
    .description("tell what a dataset's columns hold, how they hang together and which may leak the target")
    .argument('<name>', "the dataset's name, its id or the beginning of it, or a version's id")
    .option('--associations', 'every pair of columns as well')
    .addHelpText(
      'after',
      `
Worked out once a version, then remembered; Ctrl-C stops it and changes nothing. Pairs: two numbers: Pearson's r; a number and a category: correlation ratio; two categories:
Cramér's V, corrected for bias. A leak: a feature that alone all but tells the target, as a look-up table learned on one half of the
samples and tried on the other.

JSON: one line per column {"column","type","missing","distinct","distinct_estimated","number":{"min","max","mean","deviation","integers",
      "quantiles":{share:value},"histogram":{"edges","counts","below","above"}},"top":[{"value","count"}],"top_sampled","warnings"};
      one per leak {"leak","measure","score","baseline","looked"}; with --associations one per pair {"a","b","measure","value"}.
      Of images and sounds: one line per class {"class","samples"}; of sounds before these one line {"rate","longest","seconds",
      "loudness","peaks","clipped","silent","rates","formats","multichannel"}, levels in dB below full scale.

Examples:
  $ atelier data profile adult
  $ atelier data profile adult --associations --json`,
    )
    .action((name: string, options: Options) => profile(new Session(context, 'data profile', options), name, options));
}

async function profile(session: Session, name: string, options: Options): Promise<void> {
  const { out } = session;
  await readVersion(session, name, async (reader, blobs, { manifest }) => {
    if (manifest.audio) tellSounds(session.out, manifest.audio);
    if (manifest.kind !== 'table') {
      for (const one of manifest.classes) out.record({ class: one.name, samples: one.count });
      out.text(table([['CLASS', 'SAMPLES'], ...manifest.classes.map((one) => [one.name, count(one.count)])]));
      return;
    }
    const line = new ProgressLine(out);
    const found = await reader
      .profile(blobs, manifest, (steps) =>
        line.tell(name, `Profile of ${name}`, {
          ...steps,
          stage: 'profiling',
          unit: 'steps',
          rate: 0,
          remaining: null,
        }),
      )
      .finally(() => line.clear());
    for (const column of found.columns) out.record(columnJson(column));
    out.text(
      table([
        ['COLUMN', 'TYPE', 'MISSING', 'DISTINCT', 'MIN', 'MEDIAN', 'MAX', 'MOST FREQUENT'],
        ...found.columns.map(columnLine),
      ]),
    );
    for (const leak of found.leaks) {
      out.record({
        leak: leak.column,
        measure: leak.measure,
        score: leak.score,
        baseline: leak.baseline,
        looked: found.looked,
      });
      out.text(`Warning: ${leakText(leak, manifest)}`);
    }
    if (options.associations) showPairs(session, found);
    if (found.looked < found.samples) out.note(`Sampled: ${count(found.looked)} of ${count(found.samples)}.`);
  });
}

function tellSounds(out: Output, audio: AudioFacts): void {
  out.record({ ...audio });
  const line = (name: string, { min, median, mean, p95, max }: Spread): string[] => [
    name,
    ...[min, median, mean, p95, max].map((value) => String(Number(value.toPrecision(4)))),
  ];
  const levels = [
    line('seconds', audio.seconds),
    line('loudness, dBFS', audio.loudness),
    line('peak, dBFS', audio.peaks),
  ];
  out.text(table([['', 'MIN', 'MEDIAN', 'MEAN', '95 %', 'MAX'], ...levels]));
  out.text('');
  out.text(
    [
      `${audio.rate} Hz, ${audio.seconds.total.toFixed(1)} seconds in all`,
      `files of ${audio.rates.map(({ rate, count: n }) => `${rate} Hz (${count(n)})`).join(', ')}`,
      audio.formats.map(({ format, count: n }) => `${format} (${count(n)})`).join(', '),
      `clipped ${count(audio.clipped)}, silent ${count(audio.silent)}, with several channels ${count(audio.multichannel)}`,
    ].join('; '),
  );
  out.text('');
}

const columnJson = ({ name, type, missing, distinct, distinctEstimated, number, top, warnings }: ColumnProfile) => ({
  column: name,
  type,
  missing,
  distinct,
  distinct_estimated: distinctEstimated,
  ...(number
    ? {
        number: {
          ...number,
          quantiles: Object.fromEntries(number.quantiles.map(({ share, value }) => [share, value])),
        },
      }
    : {}),
  ...(top ? { top: top.values, ...(top.sampled ? { top_sampled: top.sampled } : {}) } : {}),
  warnings,
});

function columnLine({ name, type, missing, distinct, distinctEstimated, number, top }: ColumnProfile): string[] {
  const digits = (value: number | undefined): string =>
    value === undefined ? '–' : String(Number(value.toPrecision(6)));
  const middle = number?.quantiles.find(({ share }) => share === 0.5)?.value;
  const first = type === 'number' ? [] : (top?.values ?? []).slice(0, 3);
  return [
    name,
    type,
    count(missing),
    `${distinctEstimated ? '~' : ''}${count(distinct)}`,
    digits(number?.min),
    digits(middle),
    digits(number?.max),
    first.map((one) => `${one.value.slice(0, 20)} (${count(one.count)})`).join(', ') || '–',
  ];
}

function leakText({ column, measure, score, baseline }: Leak, { target }: Manifest): string {
  const share = (value: number): string => `${(value * 100).toFixed(1)} %`;
  return measure === 'accuracy'
    ? `"${column}" alone tells "${target}" in ${share(score)} of cases (always the commonest class: ${share(baseline)}). It may leak the answer.`
    : `"${column}" alone explains "${target}" with R² ${score.toFixed(4)}. It may leak the answer.`;
}

function showPairs({ out }: Session, { associations: { columns, values } }: Profile): void {
  const lines: string[][] = [];
  for (let i = 0; i < columns.length; i++) {
    for (let j = i + 1; j < columns.length; j++) {
      const value = values[i][j];
      const measure = measureOf(columns[i].type, columns[j].type);
      out.record({ a: columns[i].name, b: columns[j].name, measure, value });
      if (value !== null) lines.push([columns[i].name, columns[j].name, measure, value.toFixed(4)]);
    }
  }
  lines.sort((a, b) => Math.abs(Number(b[3])) - Math.abs(Number(a[3])));
  out.text(`\n${table([['A', 'B', 'MEASURE', 'VALUE'], ...lines])}`);
}
