import { basename, dirname, relative, sep } from 'node:path';
import { decode, type Descriptor } from '../../onnx/wire.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { CurveBlock, ExchangedRun } from '../../shared/run-exchange.ts';
import type { RunStatus, SettingValue } from '../../shared/run.ts';
import { entriesOf, kindOf } from '../files.ts';
import type { FoundRun, RunSink, RunSource } from '../run-source.ts';
import { cleanName, comparable } from '../settings.ts';
import { event, hparams, type EventMessage, type HparamsMessage, type ValueMessage } from './event-proto.ts';
import { framesOf } from './records.ts';
import { scalarOf } from './scalar.ts';

/** TensorBoard's event files: each folder that has some is a run, as TensorBoard itself has it. */
export const tensorboard: RunSource = { format: 'tensorboard', find };

const isNamed = (name: string): boolean => name.includes('.tfevents.') || name.startsWith('tfevents.');
const blockOf = 4096;

async function find(path: string, signal: AbortSignal): Promise<FoundRun[] | null> {
  const there = await kindOf(path);
  if (there?.kind === 'file') {
    return isNamed(basename(path)) ? [await foundIn([path], basename(dirname(path)), path)] : null;
  }
  const runs: FoundRun[] = [];
  const walk = async (folder: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    const entries = await entriesOf(folder);
    const files = entries.flatMap((entry) => (entry.kind === 'file' && isNamed(entry.name) ? [entry.path] : []));
    const name = relative(path, folder).split(sep).join('/') || basename(folder);
    if (files.length > 0) runs.push(await foundIn(files, name, folder));
    for (const entry of entries) if (entry.kind === 'folder' && depth < 16) await walk(entry.path, depth + 1);
  };
  await walk(path, 0);
  return runs.length > 0 ? runs : null;
}

async function foundIn(files: readonly string[], name: string, path: string): Promise<FoundRun> {
  let bytes = 0;
  for (const file of files) bytes += (await kindOf(file))?.bytes ?? 0;
  return { path, bytes, read: (sink) => new EventReader(name, sink).read(files) };
}

/** https://github.com/tensorflow/tensorboard: plugins/hparams/api.proto, Status. */
const ended: Readonly<Record<number, RunStatus>> = { 1: 'finished', 2: 'failed', 3: 'interrupted' };

/** Gathers what the events of one run say. */
class EventReader {
  readonly #name: string;
  readonly #sink: RunSink;
  readonly #waiting = new Map<string, CurveBlock>();
  #count = 0;
  readonly #last: Record<string, number> = {};
  readonly #plugins = new Map<string, string>();
  readonly #others = new Set<string>();
  readonly #settings: [string, SettingValue][] = [];
  #status: RunStatus = 'finished';
  #began: number | null = null;
  #ended: number | null = null;
  #records = 0;

  constructor(name: string, sink: RunSink) {
    this.#name = name;
    this.#sink = sink;
  }

  async read(files: readonly string[]): Promise<ExchangedRun> {
    let damage = '';
    for (const file of files) damage ||= await this.#file(file);
    await this.#flush();
    if (this.#records === 0) {
      throw new AtelierError(
        'broken_events',
        damage || `${files[0]} holds no events: it was begun and nothing was written.`,
      );
    }
    if (this.#others.size > 0) {
      this.#sink.remark(
        `Only scalars were read; there is more of these kinds: ${[...this.#others].sort().join(', ')}.`,
      );
    }
    const first = this.#began ?? 0;
    return {
      identity: `tensorboard:${basename(this.#name)}:${basename(files[0])}`,
      name: cleanName(this.#name) || 'run',
      status: this.#status,
      experiment: '',
      dataset: '',
      settings: comparable(this.#settings),
      metrics: this.#last,
      tags: [],
      notes: '',
      createdAt: Math.round(first * 1000),
      startedAt: Math.round(first * 1000),
      finishedAt: this.#ended === null ? null : Math.round(this.#ended * 1000),
      parameterCount: null,
      samplesPerSecond: null,
      bestEpoch: null,
      stoppedEarly: false,
      error: null,
    };
  }

  /** Returns what keeps it from being read whole, in words. */
  async #file(path: string): Promise<string> {
    let damage = '';
    const tell = (words: string) => {
      damage ||= words;
      this.#sink.remark(words);
    };
    for await (const frame of framesOf(path)) {
      this.#sink.signal.throwIfAborted();
      this.#sink.read(frame.next - frame.at);
      if (frame.kind === 'record') {
        const read = decoded<EventMessage>(frame.bytes, event);
        if (read) await this.#event(read);
        else tell(`${path}: the record at byte ${frame.at} is no event; it was left out.`);
      } else if (frame.kind === 'damaged') {
        tell(`${path}: the record at byte ${frame.at} is damaged (its checksum says so); it was left out.`);
      } else if (frame.kind === 'unreadable') {
        tell(
          `${path}: from byte ${frame.at} on it is damaged (a record's length does not meet its checksum); what stands before was read.`,
        );
      } else
        tell(
          `${path} ends within a record, at byte ${frame.at}: it may still be written. Import it again for the rest.`,
        );
    }
    return damage;
  }

  async #event({ wallTime = 0, step = 0n, summary }: EventMessage): Promise<void> {
    this.#records++;
    if (Number.isFinite(wallTime) && wallTime > 0) {
      this.#began ??= wallTime;
      this.#ended = wallTime;
    }
    const at = Number(step);
    if (!Number.isSafeInteger(at)) return;
    for (const value of summary?.values ?? []) this.#value(value, at, wallTime - (this.#began ?? wallTime));
    if (this.#count >= blockOf * 8) await this.#flush();
  }

  #value(value: ValueMessage, step: number, time: number): void {
    const tag = cleanName(value.tag ?? '');
    if (tag === '' || tag === '__proto__') return;
    // Told with a tag's first event, and of no other need.
    const told = value.metadata?.pluginData;
    if (told?.plugin) this.#plugins.set(tag, told.plugin);
    if (told?.plugin === 'hparams') return this.#hparams(told.content);
    const plugin = this.#plugins.get(tag);
    const scalar =
      value.simple ?? (value.tensor && (!plugin || plugin === 'scalars') ? scalarOf(value.tensor) : undefined);
    if (scalar === undefined) {
      this.#others.add(
        plugin === 'scalars' ? 'tensors of more than one number' : (plugin ?? 'summaries of TensorFlow 1'),
      );
      return;
    }
    let block = this.#waiting.get(tag);
    if (!block) this.#waiting.set(tag, (block = { key: tag, steps: [], epochs: [], times: [], values: [] }));
    block.steps.push(step);
    block.epochs.push(NaN);
    block.times.push(time);
    block.values.push(scalar);
    this.#last[tag] = scalar;
    this.#count++;
  }

  #hparams(content: Uint8Array | undefined): void {
    const read = content && decoded<HparamsMessage>(content, hparams);
    for (const { key = '', value = {} } of read?.start?.hparams ?? []) {
      const told = value.text ?? value.number ?? (value.flag === undefined ? undefined : value.flag !== 0);
      if (told !== undefined) this.#settings.push([key, told]);
    }
    if (read?.end) this.#status = ended[read.end.status ?? 0] ?? 'finished';
  }

  async #flush(): Promise<void> {
    for (const block of this.#waiting.values()) await this.#sink.curve(block);
    this.#waiting.clear();
    this.#count = 0;
  }
}

/** Null where the bytes are no such message. */
function decoded<Message>(bytes: Uint8Array, descriptor: Descriptor): Message | null {
  try {
    return decode(bytes, descriptor) as Message;
  } catch (error) {
    if (error instanceof AtelierError) return null;
    throw error;
  }
}
