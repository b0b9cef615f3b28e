import { AtelierError, outOfMemory, type ErrorFacts } from '../shared/errors.ts';
import type { JobId } from '../shared/ids.ts';
import type { FromUtility, WorkKind, JobTypes, ToUtility } from '../shared/work.ts';
import type { JobLog } from './job-log.ts';
import type { UtilityExit, UtilityHandle } from './utility.ts';

/** A polite cancel that is not heard by then (a native call blocks the thread) becomes a kill: within 2 s in all. */
const cancelGraceMs = 1500;
/** A utility loads native libraries before it says 'ready'; on a cold disk that takes seconds. */
const readyWithinMs = 60_000;
/** After its last message a utility has nothing left to do. */
const exitWithinMs = 1000;

export type Outcome<K extends WorkKind> =
  | { status: 'finished'; value: JobTypes[K]['result'] }
  /** `exit`: it died before it could tell. */
  | { status: 'failed'; error: ErrorFacts; exit?: UtilityExit }
  | { status: 'cancelled' }
  /** A training that left its process: what follows goes on from its last checkpoint. */
  | { status: 'paused' };

export interface UtilityRun<K extends WorkKind> {
  /** Never rejects. */
  outcome: Promise<Outcome<K>>;
  cancel(): void;
  /** Saves a checkpoint and ends. `withinMs`: what is not heard by then is ended, and goes on from an older checkpoint. */
  pause(withinMs?: number): void;
  stopEarly(): void;
  readonly pid: number | undefined;
}

export interface UtilityStart<K extends WorkKind> {
  job: JobId;
  kind: K;
  params: JobTypes[K]['params'];
  /** Milliseconds it may take in all; for work that might never end by itself. */
  within?: number;
}

export interface UtilityHooks {
  log: JobLog;
  /** Progress, metrics, best: what comes while it works. */
  message?(
    message: Extract<
      FromUtility,
      {
        type:
          | 'progress'
          | 'metrics'
          | 'best'
          | 'warning'
          | 'staged'
          | 'written'
          | 'cells'
          | 'verdict'
          | 'document'
          | 'vectors';
      }
    >,
  ): void;
}

/** The life of one utility process doing one job: started, told what to do, listened to, ended. */
export function runUtility<K extends WorkKind>(
  handle: UtilityHandle,
  { within, ...start }: UtilityStart<K>,
  hooks: UtilityHooks,
): UtilityRun<K> {
  let cancelling = false;
  let ended = false;
  let settle!: (outcome: Outcome<K>) => void;
  const outcome = new Promise<Outcome<K>>((resolve) => (settle = resolve));
  const timers: NodeJS.Timeout[] = [];
  const after = (ms: number, act: () => void) => void timers.push(setTimeout(act, ms));
  const post = (message: ToUtility) => handle.post(message);

  const end = (result: Outcome<K>) => {
    if (ended) return;
    ended = true;
    timers.forEach(clearTimeout);
    hooks.log.flush();
    settle(result);
  };
  /** It has said its last word; the process goes by itself, or is helped. */
  const last = (result: Outcome<K>) => {
    end(result);
    const helper = setTimeout(() => handle.kill(), exitWithinMs);
    handle.onExit(() => clearTimeout(helper));
  };

  handle.onOutput((text) => hooks.log.add(text));
  handle.onMessage((raw) => {
    if (ended) return;
    const message = raw as FromUtility;
    switch (message.type) {
      case 'ready':
        clearTimeout(timers[0]);
        if (cancelling) return;
        // `start.kind` ties the parameters to K, which TypeScript cannot follow into the union.
        post({ type: 'start', ...start } as ToUtility);
        return;
      case 'log':
        hooks.log.line(message.text);
        return;
      case 'result':
        return last({ status: 'finished', value: message.value as JobTypes[K]['result'] });
      case 'cancelled':
        return last({ status: 'cancelled' });
      case 'paused':
        return last({ status: cancelling ? 'cancelled' : 'paused' });
      case 'error':
        return last(cancelling ? { status: 'cancelled' } : { status: 'failed', error: message.error });
      default:
        hooks.message?.(message);
    }
  });
  handle.onExit((exit) => {
    if (ended) return;
    if (cancelling) return end({ status: 'cancelled' });
    end({ status: 'failed', error: died(start.kind, exit, hooks.log), exit });
  });
  after(readyWithinMs, () => {
    handle.kill();
    const error = new AtelierError(
      'process_silent',
      `The ${start.kind} process did not start within a minute. The machine may be short of memory; close other programs and try again.`,
      hooks.log.lastLines,
    );
    end({ status: 'failed', error: { code: error.code, message: error.message, details: error.details } });
  });

  if (within !== undefined) {
    after(within, () => {
      handle.kill();
      const message = `The ${start.kind} process had not finished after ${Math.round(within / 1000)} seconds and was ended.`;
      end({ status: 'failed', error: { code: 'process_silent', message, details: hooks.log.lastLines } });
    });
  }

  return {
    outcome,
    cancel() {
      if (cancelling || ended) return;
      cancelling = true;
      post({ type: 'cancel' });
      after(cancelGraceMs, () => {
        hooks.log.line('Not heard within 1.5 s: the process was ended.');
        handle.kill();
        end({ status: 'cancelled' });
      });
    },
    pause(withinMs) {
      if (cancelling || ended) return;
      post({ type: 'pause' });
      if (withinMs === undefined) return;
      after(withinMs, () => {
        hooks.log.line(
          `Not heard within ${withinMs / 1000} s: the process was ended. The run goes on from its last checkpoint.`,
        );
        handle.kill();
        end({ status: 'paused' });
      });
    },
    stopEarly: () => post({ type: 'stop-early' }),
    get pid() {
      return handle.pid;
    },
  };
}

function died(kind: WorkKind, exit: UtilityExit, log: JobLog): ErrorFacts {
  if (exit.error) {
    return {
      code: 'process_not_started',
      message: `The ${kind} process could not be started: ${exit.error.message}. Install Atelier again if this repeats ("atelier doctor" tells more).`,
      details: [],
    };
  }
  const details = log.lastLines;
  log.line(`The ${kind} process ${howItEnded(exit)} before it was done.`);
  log.flush();
  const kept = `What was stored until then is kept${log.isWritten ? `; its log is in ${log.path}` : ''}.`;
  if (log.outOfMemory !== null) {
    const { code, message } = outOfMemory(log.outOfMemory);
    return { code, message: `${message} ${kept}`, details };
  }
  const why =
    exit.signal === 'SIGKILL'
      ? ' The system does that when memory runs out: try a smaller batch or net, or close other programs.'
      : '';
  return {
    code: 'process_died',
    message: `The ${kind} process ${howItEnded(exit)} before it was done.${why} ${kept}`,
    details,
  };
}

export const howItEnded = ({ code, signal }: UtilityExit): string =>
  signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
