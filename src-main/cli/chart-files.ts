import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svgPng } from '../datasets/images/svg-png.ts';
import { AtelierError } from '../shared/errors.ts';

/** A chart as files: of one name, with three endings. */
export interface ChartFiles {
  /** Without an ending; what no file is called by is replaced. */
  name: string;
  /** Standalone; none of what is a table alone. */
  svg?: string;
  csv: string;
}

/** Makes the folder of `--charts` where it is not there yet: before any work is done for it. Errors: not_writable. */
export function chartsFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new AtelierError(
      'not_writable',
      `--charts: ${folder} is no folder that can be written to (${code}). Choose another one.`,
    );
  }
  return folder;
}

/** Writes each as SVG, PNG and CSV into a folder; tells the paths. */
export async function writeCharts(folder: string, charts: readonly ChartFiles[]): Promise<string[]> {
  const paths: string[] = [];
  const write = (path: string, content: string | Uint8Array) => {
    writeFileSync(path, content);
    paths.push(path);
  };
  for (const { name, svg, csv } of charts) {
    const base = join(folder, name.replace(/[^\p{L}\p{N} ._-]+/gu, '-'));
    if (svg !== undefined) {
      write(`${base}.svg`, svg);
      write(`${base}.png`, await svgPng(svg));
    }
    write(`${base}.csv`, csv);
  }
  return paths;
}

export const chartsLine = (paths: readonly string[]): string =>
  paths.length === 0 ? 'There is nothing to draw.' : `Written:\n${paths.map((path) => `  ${path}`).join('\n')}`;
