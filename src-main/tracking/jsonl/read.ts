import { AtelierError } from '../../shared/errors.ts';
import type { ExchangedRun } from '../../shared/run-exchange.ts';
import { entriesOf, kindOf, linesOf } from '../files.ts';
import type { FoundRun, RunSink, RunSource } from '../run-source.ts';
import { readCurveLine, readRunLine } from './line.ts';

/** JSON Lines as `atelier runs export --format jsonl` writes them (see `line.ts`). */
export const jsonl: RunSource = { format: 'jsonl', find };

/** A file, or a folder in which such files lie. */
async function find(path: string, signal: AbortSignal): Promise<FoundRun[] | null> {
  const there = await kindOf(path);
  if (there?.kind === 'file') return isNamed(path) ? runsOf(path, signal) : null;
  const runs: FoundRun[] = [];
  for (const { path: inner, kind } of await entriesOf(path)) {
    if (kind === 'file' && isNamed(inner)) runs.push(...((await runsOf(inner, signal)) ?? []));
  }
  return runs.length > 0 ? runs : null;
}

const isNamed = (path: string): boolean => /\.(jsonl|ndjson)$/i.test(path);
const beginsRun = /^\s*\{\s*"type"\s*:\s*"run"/;

/** Where each run's lines begin and end; null where the first line is none. Only the beginnings of lines are looked at. */
async function runsOf(path: string, signal: AbortSignal): Promise<FoundRun[] | null> {
  const starts: { at: number; line: number }[] = [];
  let end = 0;
  let first = true;
  for await (const block of linesOf(path)) {
    signal.throwIfAborted();
    let at = block.start;
    for (const [i, line] of block.lines.entries()) {
      if (beginsRun.test(line)) starts.push({ at, line: block.number + i });
      else if (first && line.trim() !== '') return null;
      if (line.trim() !== '') first = false;
      at += Buffer.byteLength(line) + 1;
    }
    end = block.end;
  }
  if (starts.length === 0) return null;
  return starts.map(({ at, line }, i): FoundRun => {
    const until = starts[i + 1]?.at ?? end;
    return {
      path: starts.length > 1 ? `${path}, line ${line}` : path,
      bytes: until - at,
      read: (sink) => read(path, { at, until, line }, sink),
    };
  });
}

async function read(
  path: string,
  { at, until, line: from }: { at: number; until: number; line: number },
  sink: RunSink,
): Promise<ExchangedRun> {
  let run: ExchangedRun | null = null;
  for await (const { lines, number, start, end } of linesOf(path, at, until)) {
    sink.signal.throwIfAborted();
    for (const [i, text] of lines.entries()) {
      if (text.trim() === '') continue;
      const where = `${path}, line ${from + number - 1 + i}`;
      const line = parse(text, where);
      if (line.type === 'run') run = readRunLine(line, where);
      else if (line.type === 'curve') await sink.curve(readCurveLine(line, where));
      // Lines of another kind are left to later versions.
    }
    sink.read(end - start);
  }
  return run!;
}

function parse(text: string, where: string): Record<string, unknown> {
  try {
    const line = JSON.parse(text) as unknown;
    if (typeof line === 'object' && line !== null) return line as Record<string, unknown>;
  } catch {
    // Told below.
  }
  throw new AtelierError(
    'broken_jsonl',
    `${where}: this is no JSON object. The line may be cut short; write the file anew.`,
  );
}
