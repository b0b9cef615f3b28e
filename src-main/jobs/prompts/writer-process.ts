import { AtelierError, errorFromFacts } from '../../shared/errors.ts';
import type { WrittenPart } from '../../shared/generation.ts';
import type { LaidOutPrompt } from '../../shared/prompt/prompt.ts';
import type { RemoteWait } from '../../shared/remote.ts';
import type { AskedModel } from '../../shared/work/generate.ts';
import type { WriterRequest, WriterResponse, WriterResult } from '../../shared/prompt/writer.ts';
import { howItEnded } from '../run-utility.ts';
import type { SpawnUtility, UtilityHandle } from '../utility.ts';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;
type Question = WithoutId<Exclude<WriterRequest<AskedModel>, { type: 'stop' }>>;
export type WritingQuestion = Extract<Question, { type: 'write' }>;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
  given?(text: string): void;
  part?(part: WrittenPart): void;
  waiting?(wait: RemoteWait | null): void;
}

/** A native call that is not over by then is not waited for: whoever stops a text sees it stopped within 200 ms. */
const stopWithinMs = 150;
/** Of laying out a prompt: a model's template is a program of strangers. */
const renderWithinMs = 20_000;

export interface Writing {
  /** Rejects with the model's or the prompt's error; with `stopped` where the process had to be ended to stop it. */
  result: Promise<WriterResult>;
  stop(): void;
}

/** The process that keeps a language model open, or asks those elsewhere; started with the first question, and again should it have ended. */
export class WriterProcess {
  readonly #spawn: SpawnUtility;
  readonly #kind: 'writer' | 'remote';
  #handle: UtilityHandle | null = null;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #output = '';

  constructor(spawn: SpawnUtility, kind: 'writer' | 'remote') {
    this.#kind = kind;
    this.#spawn = spawn;
  }

  render(question: WithoutId<Extract<WriterRequest, { type: 'render' }>>): Promise<LaidOutPrompt> {
    const { id, answer } = this.#ask(question);
    const timer = setTimeout(() => {
      if (this.#waiting.has(id) && this.#waiting.size === 1)
        this.#kill(new AtelierError('process_silent', 'Laying out the prompt took too long and was given up.'));
    }, renderWithinMs);
    return (answer as Promise<LaidOutPrompt>).finally(() => clearTimeout(timer));
  }

  write(question: WritingQuestion, hooks: Pick<Required<Waiting>, 'given' | 'part' | 'waiting'>): Writing {
    const { id, answer } = this.#ask(question, hooks);
    let timer: NodeJS.Timeout | undefined;
    const result = (answer as Promise<WriterResult>).finally(() => clearTimeout(timer));
    return {
      result,
      stop: () => {
        if (!this.#waiting.has(id) || timer) return;
        this.#handle?.post({ id: 0, type: 'stop', of: id } satisfies WriterRequest);
        timer = setTimeout(() => this.#kill(new AtelierError('stopped', 'Stopped.')), stopWithinMs);
      },
    };
  }

  close(): void {
    this.#kill(new AtelierError('closing', 'Atelier is closing.'));
  }

  #kill(why: AtelierError): void {
    this.#handle?.kill();
    this.#handle = null;
    this.#fail(why);
  }

  #fail(why: AtelierError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(why);
  }

  #ask(
    question: Question,
    hooks: Pick<Waiting, 'given' | 'part' | 'waiting'> = {},
  ): { id: number; answer: Promise<unknown> } {
    const id = ++this.#lastId;
    const answer = new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject, ...hooks }));
    this.#handle ??= this.#start();
    this.#handle.post({ ...question, id });
    return { id, answer };
  }

  #start(): UtilityHandle {
    const handle = this.#spawn(this.#kind);
    this.#output = '';
    handle.onOutput((text) => (this.#output = (this.#output + text).slice(-2000)));
    handle.onMessage((message) => this.#hear(message as WriterResponse));
    handle.onExit((exit) => {
      if (this.#handle !== handle) return;
      this.#handle = null;
      const lines = this.#output.trim().split('\n').slice(-10);
      this.#fail(
        new AtelierError(
          'process_died',
          `The process that writes ${howItEnded(exit)}.${exit.signal === 'SIGKILL' ? ' The system does that when memory runs out: take a smaller model, or close other programs.' : ''} What was written is kept.`,
          lines,
        ),
      );
    });
    return handle;
  }

  #hear(message: WriterResponse): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.ok === undefined) {
      if (message.given !== undefined) waiting.given?.(message.given);
      if (message.part) waiting.part?.(message.part);
      if (message.waiting !== undefined) waiting.waiting?.(message.waiting);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.ok) waiting.resolve(message.value);
    else waiting.reject(errorFromFacts(message.error));
  }
}
