import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ImportRunsResult, KnownRun, StagedFile } from '../../src-main/shared/run-exchange.ts';
import { curvesOf } from '../../src-main/tracking/run-log.ts';
import { importRuns } from '../../src-main/tracking/import-runs.ts';
import { tempFolder } from './temp-workspace.ts';

export interface ReadRun extends StagedFile {
  /** Points as [step, value, seconds], by metric. */
  curves: Record<string, [step: number, value: number, seconds: number][]>;
  epochs: Record<string, number[]>;
  folder: string;
}

/** What an import reads of these files, without a workspace. */
export async function readRuns(
  paths: string[],
  known: Record<string, KnownRun | null> = {},
  signal = new AbortController().signal,
): Promise<ImportRunsResult & { runs: ReadRun[] }> {
  const staging = tempFolder();
  const folders: string[] = [];
  const result = await importRuns(
    { paths, staging, known },
    { signal, progress: () => undefined, post: ({ run }) => folders.push(join(staging, run.folder)) },
  );
  const runs = await Promise.all(
    folders.map(async (folder): Promise<ReadRun> => {
      const file = JSON.parse(readFileSync(join(folder, 'imported.json'), 'utf8')) as StagedFile;
      const curves: ReadRun['curves'] = {};
      const epochs: ReadRun['epochs'] = {};
      for await (const { key, steps, values, times, epochs: of } of curvesOf(folder, signal)) {
        (curves[key] ??= []).push(...steps.map((step, i): [number, number, number] => [step, values[i], times[i]]));
        (epochs[key] ??= []).push(...of);
      }
      return { ...file, curves, epochs, folder };
    }),
  );
  return { ...result, runs };
}

/** Files by their paths below a folder of their own. */
export function writeFiles(files: Readonly<Record<string, string | Uint8Array>>, folder = tempFolder()): string {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return folder;
}
