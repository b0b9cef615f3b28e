import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { svgPng } from '../datasets/images/svg-png.ts';

/** A chart as files: of one name, with three endings. */
export interface ChartFiles {
  /** Without an ending; what no file is called by is replaced. */
  name: string;
  /** Standalone; none of what is a table alone. */
  svg?: string;
  csv: string;
}

/** Writes each as SVG, PNG and CSV into a folder, which is made where it is not there yet; tells the paths. */
export async function writeCharts(folder: string, charts: readonly ChartFiles[]): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
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
