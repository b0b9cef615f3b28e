import { availableParallelism } from 'node:os';
import { AtelierError, errorFromFacts } from '../../shared/errors.ts';
import { defaultThreads } from '../../shared/training-defaults.ts';
import type { EncoderAnswer, EncoderQuestion } from '../../shared/work/embed.ts';
import type { GenerateParams } from '../../shared/work/generate.ts';
import { howItEnded } from '../run-utility.ts';
import type { SpawnUtility, UtilityHandle } from '../utility.ts';

type Vector = Pick<Extract<EncoderAnswer, { ok: true }>, 'identity' | 'vector'>;

/** The process that keeps the encoder of questions open; started with the first one, and again should it have ended. */
export class EncoderProcess {
  readonly #spawn: SpawnUtility;
  #handle: UtilityHandle | null = null;
  readonly #waiting = new Map<number, { resolve(value: Vector): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor(spawn: SpawnUtility) {
    this.#spawn = spawn;
  }

  /** Errors: those of opening the encoder, process_died. */
  encode(model: GenerateParams['model'], text: string): Promise<Vector> {
    const id = ++this.#lastId;
    const answer = new Promise<Vector>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    this.#handle ??= this.#start();
    const threads = defaultThreads(availableParallelism());
    this.#handle.post({ id, model, text, threads } satisfies EncoderQuestion);
    return answer;
  }

  close(): void {
    this.#handle?.kill();
    this.#handle = null;
    this.#fail(new AtelierError('closing', 'Atelier is closing.'));
  }

  #fail(why: AtelierError): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of all) reject(why);
  }

  #start(): UtilityHandle {
    const handle = this.#spawn('encoder');
    handle.onOutput(() => {});
    handle.onMessage((message) => {
      const answer = message as EncoderAnswer;
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve({ identity: answer.identity, vector: answer.vector });
      else waiting?.reject(errorFromFacts(answer.error));
    });
    handle.onExit((exit) => {
      if (this.#handle !== handle) return;
      this.#handle = null;
      this.#fail(new AtelierError('process_died', `The process that encodes questions ${howItEnded(exit)}.`));
    });
    return handle;
  }
}
