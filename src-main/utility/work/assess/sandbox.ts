import { Worker } from 'node:worker_threads';
import { AtelierError } from '../../../shared/errors.ts';
import type { ScriptVerdict } from '../../../shared/prompt/assess.ts';
import { jailSource } from './jail.ts';

/**
 * Runs a stranger's JavaScript over answers: in a thread of this job's own process, within a V8 context that has nothing but the language
 * (see `jailSource`), with bounds of time and memory. A thread that does not end is ended.
 */

export interface ScriptCase {
  output: string;
  vars: Record<string, string>;
  expected: string | null;
}
/** Milliseconds that one answer may take, … */
const caseMs = 1000;
/** … that starting takes at most, and what is left to the thread to tell of a time-out by itself. */
const startMs = 10_000;
const graceMs = 5000;
const memoryMb = 64;

/** What a thread says. `at`: of which case; a `wrong` script is none. */
type Told =
  | { type: 'ready' }
  | { type: 'wrong'; message: string }
  | { type: 'told'; at: number; score: number }
  | { type: 'threw'; at: number; message: string };

/**
 * A number from 0 to 1 for each case, or why there is none; `told` hears of each as it comes. What hangs, or takes all memory, is ended and costs
 * its own case only. One thing takes this process along: a single text larger than the memory there is; whoever started it goes on after
 * that case. Throws `bad_script` where the script is none; with no cases that is all that is found out.
 */
export async function runScript(
  script: string,
  cases: readonly ScriptCase[],
  { told = () => {}, signal }: { told?: (verdict: ScriptVerdict) => void; signal?: AbortSignal } = {},
): Promise<ScriptVerdict[]> {
  refuse(script);
  const verdicts: ScriptVerdict[] = [];
  const tell = (verdict: ScriptVerdict): void => {
    verdicts.push(verdict);
    told(verdict);
  };
  do {
    const from = verdicts.length;
    const ended = await runFrom(script, cases.slice(from), tell, signal);
    signal?.throwIfAborted();
    if (ended === null) break;
    tell({ error: ended });
  } while (verdicts.length < cases.length);
  return verdicts;
}

/**
 * The only way out of a context is what other code hands in. `import()` would: its promise is the thread's own. As a keyword it cannot be
 * written in another way, and in the jail no text becomes code.
 */
function refuse(script: string): void {
  if (!/\bimport\b/.test(script)) return;
  throw new AtelierError(
    'bad_script',
    'The assertion has the word "import": it can load nothing. Where a text needs the word, write it in two pieces.',
  );
}

/** Null where all cases were told; else why the thread ended at the case after those. */
function runFrom(
  script: string,
  cases: readonly ScriptCase[],
  tell: (verdict: ScriptVerdict) => void,
  signal?: AbortSignal,
): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(jailSource, {
      eval: true,
      env: {},
      stdin: false,
      stdout: true,
      stderr: true,
      workerData: { script, cases: cases.map((one) => JSON.stringify(one)), caseMs },
      resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 16, stackSizeMb: 2 },
    });
    let left = cases.length;
    let timer: NodeJS.Timeout;
    let ended = false;
    const end = (settle: () => void): void => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      void worker.terminate().then(settle);
    };
    const stop = (): void => end(() => resolve('Cancelled.'));
    const watch = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(() => end(() => resolve(tooLong)), ms);
    };
    signal?.addEventListener('abort', stop);
    watch(startMs);
    worker.on('message', (told: Told) => {
      // What was on its way when the thread was given up has its word already.
      if (ended) return;
      switch (told.type) {
        case 'wrong':
          return end(() => reject(new AtelierError('bad_script', `The assertion is no JavaScript: ${told.message}`)));
        case 'ready':
          break;
        case 'told':
          tell({ score: told.score });
          left--;
          break;
        case 'threw':
          tell({ error: told.message });
          left--;
      }
      if (left === 0) end(() => resolve(null));
      else watch(caseMs + graceMs);
    });
    worker.on('error', (error: Error & { code?: string }) =>
      end(() => resolve(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? tooMuch : error.message)),
    );
    worker.on('exit', () => end(() => resolve(tooMuch)));
  });
}

const tooLong = `It took longer than ${caseMs / 1000} s and was ended.`;
const tooMuch = `It took more than ${memoryMb} MB of memory and was ended.`;
