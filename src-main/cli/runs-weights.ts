import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { getRun } from '../db/runs.ts';
import { checkCheckpoints, checkpointsFolder } from '../jobs/checkpoints.ts';
import { askGradients } from '../jobs/gradients.ts';
import { Reader } from '../jobs/reader.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { histogramSheetCsv, histogramSheetSvg } from '../shared/chart/histograms-svg.ts';
import { weightKinds, type TensorSummary, type WeightKind, type WeightReport } from '../shared/weights.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count, table } from './format.ts';
import { withCommon } from './options.ts';

interface Options extends CommonOptions {
  checkpoint: string;
  since?: string;
  of: WeightKind;
  csv?: boolean;
  svg?: string;
}

export function addRunsWeights(runs: Command, context: CommandContext): void {
  withCommon(runs.command('weights'))
    .description("tell how the values in a run's checkpoint are spread, tensor by tensor")
    .argument('<run>', 'its name, its id or the beginning of it')
    .option('--checkpoint <name>', 'which one; of a run that works, last is seconds old', 'last')
    .option('--since <name>', 'instead of the values how they have changed since this other checkpoint')
    .addOption(
      new Option(
        '--of <what>',
        'weights; the state of the optimizer, such as averages of gradients; or gradients, worked out anew',
      )
        .choices(weightKinds)
        .default('weights'),
    )
    .option('--csv', 'histograms as CSV to stdout: a line a bin')
    .option('--svg <file>', 'also draw the histograms')
    .addHelpText(
      'after',
      `
Counted are finite values; what is not finite is told apart. The deviation is that of the values (divided by n), the norm L2.
Gradients are those of the loss over the next 16 training batches at the most, before anything clips them.

JSON: per tensor {"tensor","shape","count","not_finite","zeros","min","max","mean","std","norm",
      "histogram":{"from","width","counts"}}; counts[i] lie from from + i·width on

Examples:
  $ atelier runs weights "iris · mlp"
  $ atelier runs weights "iris · mlp" --checkpoint last --since best
  $ atelier runs weights "iris · mlp" --of optimizer --svg state.svg
  $ atelier runs weights "iris · mlp" --of gradients --checkpoint last`,
    )
    .action((run: string, options: Options, self: Command) => {
      if (options.csv && options.json) self.error('error: --csv or --json, not both');
      if (options.of === 'gradients' && options.since !== undefined) {
        self.error('error: --since or --of gradients, not both');
      }
      return weights(new Session(context, 'runs weights', options), run, options);
    });
}

async function weights(session: Session, text: string, { checkpoint, since, of, csv, svg }: Options): Promise<void> {
  await session.read(async (store) => {
    const run = getRun(store, resolveRun(store, text));
    checkCheckpoints(session.folder, run, since === undefined ? [checkpoint] : [checkpoint, since]);
    const { spawnUtility } = session.host;
    const reader = new Reader(spawnUtility);
    let cancel = () => reader.close();
    const ask = (): Promise<WeightReport> => {
      if (of !== 'gradients') {
        return reader.weights(checkpointsFolder(session.folder, run.id), { checkpoint, since, kind: of });
      }
      const asked = askGradients(store, session.folder, spawnUtility, run.id, checkpoint);
      cancel = () => asked.cancel();
      return asked.result;
    };
    const stop = session.host.onInterrupt(() => cancel());
    try {
      const report = await ask();
      if (svg !== undefined) writeFileSync(resolve(svg), drawn(report, run.name));
      tell(session, report, csv ?? false);
    } finally {
      stop();
      reader.close();
    }
  });
}

function tell({ out }: Session, { checkpoint, since, samples, tensors }: WeightReport, csv: boolean): void {
  if (csv) return out.text(histogramSheetCsv(tensors.map(cellOf)).trimEnd());
  for (const { name, notFinite, ...rest } of tensors) {
    out.record({ tensor: name, ...rest, not_finite: notFinite });
  }
  if (tensors.length === 0) return out.text('There is nothing of that kind in this checkpoint.');
  out.text(
    since
      ? `Changes from ${since.name} (step ${count(since.step)}) to ${checkpoint.name} (step ${count(checkpoint.step)})`
      : `${samples === undefined ? '' : `Gradients over ${count(samples)} training samples at `}${checkpoint.name}, step ${count(checkpoint.step)}`,
  );
  out.text(
    table([
      ['TENSOR', 'SHAPE', 'MEAN', 'DEVIATION', 'LEAST', 'GREATEST', 'NORM', 'ZEROS', 'NOT FINITE'],
      ...tensors.map((one) => [
        one.name,
        one.shape.join('×') || '1',
        ...[one.mean, one.std, one.min, one.max, one.norm].map(figure),
        count(one.zeros),
        count(one.notFinite),
      ]),
    ]),
  );
}

const figure = (value: number): string => String(Number(value.toPrecision(4)));
const cellOf = ({ name, shape, mean, std, histogram }: TensorSummary) => ({
  title: name,
  facts: `${shape.join('×') || '1'} · ${figure(mean)} ± ${figure(std)}`,
  histogram,
});

const drawn = ({ checkpoint, since, tensors }: WeightReport, run: string): string =>
  histogramSheetSvg({
    title: `${run} · ${since ? `${since.name} → ` : ''}${checkpoint.name}, step ${checkpoint.step}`,
    cells: tensors.map(cellOf),
    format: figure,
  });
