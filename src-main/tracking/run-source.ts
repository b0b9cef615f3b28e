import type { CurveBlock, ExchangedRun } from '../shared/run-exchange.ts';
import type { RunSourceFormat } from '../shared/run.ts';

/** What a way of keeping runs has to know: where runs lie in a folder, and how one is read. */
export interface RunSource {
  format: RunSourceFormat;
  /** Whether the file or folder is of this kind; told by what it holds, never by its name alone. */
  find(path: string, signal: AbortSignal): Promise<FoundRun[] | null>;
}

export interface FoundRun {
  /** For people, and to tell where an error lies. */
  path: string;
  bytes: number;
  /** Throws coded errors; the run is then refused whole. */
  read(sink: RunSink): Promise<ExchangedRun>;
}

export interface RunSink {
  signal: AbortSignal;
  /** The points of a curve may come in any number of blocks and in any order; of a step told twice the later counts. */
  curve(block: CurveBlock): Promise<void>;
  /** Of the file: so many bytes more have been read. */
  read(bytes: number): void;
  /** Something was read otherwise than it stands there. */
  remark(words: string): void;
}

/** A file may hold so much; real ones stay far below. */
export const limits = {
  /** Of a file that is read whole: meta.yaml, a parameter, a tag. */
  smallFile: 1 << 20,
  /** Of a line of metrics or of an event. */
  record: 64 << 20,
  /** Files in one folder, and folders in one import. */
  entries: 1_000_000,
  keyLength: 250,
  valueLength: 8000,
  tags: 200,
} as const;
