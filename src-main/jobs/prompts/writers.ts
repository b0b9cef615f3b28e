import type { LaidOutPrompt } from '../../shared/prompt/prompt.ts';
import { turnsAsText } from '../../shared/prompt/turns.ts';
import type { WriterPrompt } from '../../shared/prompt/writer.ts';
import type { GenerateParams } from '../../shared/work/generate.ts';
import type { SpawnUtility } from '../utility.ts';
import { WriterProcess, type Writing, type WritingQuestion } from './writer-process.ts';

/** The process that keeps a model of this machine open, and the one that asks those elsewhere. */
export class Writers {
  readonly #here: WriterProcess;
  readonly #elsewhere: WriterProcess;

  constructor(spawn: SpawnUtility) {
    this.#here = new WriterProcess(spawn, 'writer');
    this.#elsewhere = new WriterProcess(spawn, 'remote');
  }

  render(model: GenerateParams['model'], prompt: WriterPrompt): Promise<LaidOutPrompt> {
    return this.#here.render({ type: 'render', model, prompt });
  }

  write(question: WritingQuestion, hooks: Parameters<WriterProcess['write']>[1]): Writing {
    return ('remote' in question.model ? this.#elsewhere : this.#here).write(question, hooks);
  }

  close(): void {
    this.#here.close();
    this.#elsewhere.close();
  }
}

/** Nothing of it leaves the machine: a model elsewhere is not asked how it would lay a prompt out, and nobody has to agree to that. */
export function laidOutForElsewhere(prompt: WriterPrompt): LaidOutPrompt {
  const text = typeof prompt === 'string' ? prompt : turnsAsText(prompt);
  return { text, tokens: null, context: null, template: null, bytes: 0, kind: 'writes' };
}
