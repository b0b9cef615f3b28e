import { AtelierError, errorFacts } from '../../shared/errors.ts';
import type { Progress } from '../../shared/job.ts';
import type { FromUtility, WorkKind, JobTypes, ToUtility } from '../../shared/work.ts';
import { openPort, type Port } from './port.ts';
import { ProgressMeter } from './progress.ts';

/** What a job may say while it works, and what it must listen to. */
export interface JobContext {
  /** Sent on at most ten times a second; rate and time left are worked out here. */
  progress(report: Pick<Progress, 'stage' | 'unit' | 'done' | 'total'>): void;
  log(text: string): void;
  /** Everything else a job tells while it works: metrics, the best epoch. */
  post(
    message: Extract<
      FromUtility,
      { type: 'metrics' | 'best' | 'warning' | 'staged' | 'written' | 'cells' | 'verdict' | 'document' | 'vectors' }
    >,
  ): void;
  /** Aborted by 'cancel'; its reason is the error that `pause` throws. */
  signal: AbortSignal;
  cancelled(): boolean;
  /** Training: the person asked to stop now and keep the best checkpoint. */
  stopRequested(): boolean;
  /** Training: the process is to be given up for now. `Paused` is thrown once all is saved that is to go on. */
  pauseRequested(): boolean;
  /**
   * Lets waiting messages in, then throws if one of them was 'cancel'. To be awaited between pieces of work of at most ~250 ms:
   * native calls block the thread, so this is the only moment at which a job can hear anything.
   */
  pause(): Promise<void>;
}

type Work<K extends WorkKind> = (params: JobTypes[K]['params'], context: JobContext) => Promise<JobTypes[K]['result']>;

/** Thrown through a job's code when it is cancelled; the parent gets a 'cancelled' message, not an error. */
export class Cancelled extends AtelierError {
  constructor() {
    super('cancelled', 'Cancelled.');
  }
}

/** Thrown through a training that is to go on later, in another process, from its last checkpoint. */
export class Paused extends AtelierError {
  constructor() {
    super('paused', 'Paused.');
  }
}

/** The whole life of a utility that does one job: announces itself, waits for 'start', works, sends one last message and exits. */
export function runJob<K extends WorkKind>(kind: K, work: Work<K>): void {
  const port = openPort<ToUtility, FromUtility>();
  const abort = new AbortController();
  let stopRequested = false;
  let pauseRequested = false;
  let started = false;
  let ended = false;

  // The first end counts: what goes wrong while leaving must not turn a result into a failure.
  const end = async (last: FromUtility): Promise<void> => {
    if (ended) return;
    ended = true;
    port.post(last);
    await port.drain();
    process.exit(last.type === 'error' ? 1 : 0);
  };
  const fail = (error: unknown): void => void end({ type: 'error', error: errorFacts(error) });
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);

  port.listen((message) => {
    switch (message.type) {
      case 'start': {
        if (started) return fail(new AtelierError('internal', 'This utility has already been given a job.'));
        if (message.kind !== kind) {
          return fail(new AtelierError('internal', `A "${message.kind}" job was given to the "${kind}" utility.`));
        }
        started = true;
        const context = makeContext(port, abort.signal, {
          stopRequested: () => stopRequested,
          pauseRequested: () => pauseRequested,
        });
        // `message.kind === kind` ties the parameters to K, which TypeScript cannot follow through a union.
        const params = message.params as JobTypes[K]['params'];
        work(params, context).then(
          (value) => end({ type: 'result', value }),
          (error: unknown) => {
            if (abort.signal.aborted) return end({ type: 'cancelled' });
            return error instanceof Paused ? end({ type: 'paused' }) : fail(error);
          },
        );
        return;
      }
      case 'cancel':
        abort.abort(new Cancelled());
        // Not begun: nothing will notice the signal.
        if (!started) void end({ type: 'cancelled' });
        return;
      case 'pause':
        pauseRequested = true;
        if (!started) void end({ type: 'paused' });
        return;
      case 'stop-early':
        stopRequested = true;
    }
  });
  port.post({ type: 'ready' });
}

function makeContext(
  port: Port<ToUtility, FromUtility>,
  signal: AbortSignal,
  asked: Pick<JobContext, 'stopRequested' | 'pauseRequested'>,
): JobContext {
  const meter = new ProgressMeter((progress) => port.post({ type: 'progress', progress }));
  return {
    progress: (report) => meter.report(report),
    log: (text) => port.post({ type: 'log', text }),
    post: (message) => port.post(message),
    signal,
    cancelled: () => signal.aborted,
    ...asked,
    async pause() {
      await new Promise((resolve) => setImmediate(resolve));
      signal.throwIfAborted();
    },
  };
}
