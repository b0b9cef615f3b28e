import type { Progress } from '../shared/job.ts';
import type { CurveBlock, ExchangedRun, ExportRunsParams, ExportRunsResult } from '../shared/run-exchange.ts';
import { csvHead, csvLines } from './csv.ts';
import { curveLine, runLine } from './jsonl/line.ts';
import { MlflowWriter } from './mlflow/write.ts';
import { Output } from './output.ts';
import { curvesOf } from './run-log.ts';

interface RunWriter {
  /** Returns how many points there were. */
  run(run: ExchangedRun, curves: AsyncIterable<CurveBlock>): Promise<number>;
}

/** Writes runs with all their points, from their folders. It is there whole, or not at all. */
export async function exportRuns(
  { format, out, runs }: ExportRunsParams,
  context: {
    progress(report: Pick<Progress, 'stage' | 'unit' | 'done' | 'total'>): void;
    signal: AbortSignal;
  },
): Promise<ExportRunsResult> {
  const output = format === 'mlflow' ? await Output.folder(out) : await Output.file(out);
  try {
    const writer =
      format === 'mlflow'
        ? await mlflowWriter(output)
        : format === 'jsonl'
          ? jsonlWriter(output)
          : await csvWriter(output);
    let points = 0;
    for (const [done, { run, folder }] of runs.entries()) {
      context.signal.throwIfAborted();
      context.progress({ stage: 'writing', unit: 'files', done, total: runs.length });
      points += await writer.run(run, curvesOf(folder, context.signal));
    }
    await output.finish();
    return { path: output.path, runs: runs.length, points, files: output.files, bytes: output.bytes };
  } catch (error) {
    await output.abort();
    throw error;
  }
}

async function mlflowWriter(output: Output): Promise<RunWriter> {
  const writer = new MlflowWriter(output);
  await writer.experiment('Default', Date.now());
  return writer;
}

const jsonlWriter = (output: Output): RunWriter => ({
  async run(run, curves) {
    let points = 0;
    await output.write(`${JSON.stringify(runLine(run))}\n`);
    for await (const block of curves) {
      points += block.steps.length;
      await output.write(`${JSON.stringify(curveLine(block))}\n`);
    }
    return points;
  },
});

async function csvWriter(output: Output): Promise<RunWriter> {
  await output.write(csvHead);
  return {
    async run(run, curves) {
      let points = 0;
      for await (const block of curves) {
        points += block.steps.length;
        await output.write(csvLines(run, block));
      }
      return points;
    },
  };
}
