import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { getDataset } from '../db/datasets.ts';
import { getRun } from '../db/runs.ts';
import { AtelierError } from '../shared/errors.ts';
import type { JobId } from '../shared/ids.ts';
import type { ExportRecord, RunSummary } from '../shared/run.ts';
import type { Context } from './context.ts';
import { importData } from './datasets.ts';
import { exportRun } from './exports.ts';
import { startRun } from './runs.ts';
import { findArchitecture } from './train-settings.ts';
import { unheard } from './work.ts';

export interface SampleResult {
  /** The MLP's and the CNN's, best first. */
  runs: RunSummary[];
  exported: ExportRecord;
}

export type SampleStep =
  | { step: 'import'; name: string; job: JobId }
  | { step: 'train'; name: string; job: JobId; run: RunSummary }
  | { step: 'export'; name: string; job: JobId };

/** Small nets and few epochs: the whole must take under a minute on two cores. */
const nets = [
  { architecture: 'mlp', name: 'Sample · MLP' },
  { architecture: 'cnn', name: 'Sample · CNN' },
];

/** The first-run job, one ordinary act after the other: nothing here is special to the sample but its files. */
export function trainSample(
  context: Context,
  samples: string,
  told: (step: SampleStep) => void = () => {},
): { firstJob: JobId; result: Promise<SampleResult> } {
  const iris = join(samples, 'iris.csv');
  const glyphs = findGlyphs(samples);
  const importing = importData(context, { paths: glyphs });
  told({ step: 'import', name: 'glyphs', job: importing.job });

  const rest = async (): Promise<SampleResult> => {
    const { version, dataset } = await importing.result;
    if (existsSync(iris)) {
      const table = importData(context, { paths: [iris] });
      told({ step: 'import', name: 'iris', job: table.job });
      await table.result;
    }
    const { name } = getDataset(context.store, dataset).summary;
    const trainings = nets.map((net) => {
      const { training } = findArchitecture(net.architecture, context.architectures);
      const started = startRun(context, {
        version,
        architecture: net.architecture,
        architectureSettings: {},
        ...training,
        epochs: Math.min(training.epochs, 4),
        seed: 1,
        device: 'cpu',
        name: `${name} · ${net.architecture}`,
      });
      told({ step: 'train', name: net.name, job: started.job, run: getRun(context.store, started.run) });
      return started;
    });
    const runs = (await Promise.all(trainings.map((training) => training.result))).sort(better);
    const exporting = exportRun(context, { run: runs[0].id });
    told({ step: 'export', name: runs[0].name, job: exporting.job });
    return { runs, exported: await exporting.result };
  };
  return { firstJob: importing.job, result: unheard(rest()) };
}

function better(a: RunSummary, b: RunSummary): number {
  return (b.metrics['validation/accuracy'] ?? 0) - (a.metrics['validation/accuracy'] ?? 0);
}

/** IDX files, gzipped or not, of images and labels. */
function findGlyphs(samples: string): string[] {
  const folders = [samples, join(samples, 'glyphs')].filter((folder) => existsSync(folder));
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /idx[13]-ubyte(\.gz)?$/.test(name))
      .map((name) => join(folder, name)),
  );
  if (files.length > 0) return files.sort();
  throw new AtelierError('no_sample', `The bundled sample is missing from ${samples}. Install Atelier again.`);
}
