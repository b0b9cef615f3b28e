import { appendFileSync, closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isOutOfMemory } from '../shared/errors.ts';

const flushAfterMs = 200;
const remembered = 20;
/** A utility that cannot stop talking must not fill the disk. */
const maxBytes = 16 * 2 ** 20;

/** A job's log file, written in batches; the last lines stay at hand for the error message. */
export class JobLog {
  readonly path: string;
  #pending = '';
  #partial = '';
  #last: string[] = [];
  #memory: string | null = null;
  #timer: NodeJS.Timeout | null = null;
  #written = 0;

  constructor(path: string) {
    this.path = path;
  }

  add(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = lines.pop() ?? '';
    this.#memory ??= lines.find(isOutOfMemory)?.trim() ?? null;
    this.#last = [...this.#last, ...lines.filter((line) => line.trim() !== '')].slice(-remembered);
    if (this.#written + this.#pending.length > maxBytes) return;
    this.#pending += text;
    this.#timer ??= setTimeout(() => this.flush(), flushAfterMs).unref();
  }

  line(text: string): void {
    this.add(`${this.#partial ? '\n' : ''}${text}\n`);
  }

  get lastLines(): string[] {
    return this.#partial.trim() === '' ? this.#last : [...this.#last, this.#partial].slice(-remembered);
  }

  /** The first line that says that memory ran out; long traces come after it. */
  get outOfMemory(): string | null {
    return this.#memory;
  }

  /** Whether the file has any of it: not where nothing was said, nor on a full disk. */
  get isWritten(): boolean {
    return this.#written > 0;
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending === '') return;
    const text = this.#pending;
    this.#pending = '';
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      appendFileSync(this.path, text);
      this.#written += text.length;
    } catch {
      // A full disk must not turn a log line into a second failure; the last lines are still in memory.
    }
  }
}

/** The end of a log file, at most `bytes` of it; empty when there is none. */
export function readLog(path: string, bytes = 256 * 1024): string {
  if (!existsSync(path)) return '';
  const size = statSync(path).size;
  const buffer = Buffer.alloc(Math.min(size, bytes));
  const file = openSync(path, 'r');
  try {
    readSync(file, buffer, 0, buffer.length, size - buffer.length);
  } finally {
    closeSync(file);
  }
  return buffer.toString('utf8');
}
