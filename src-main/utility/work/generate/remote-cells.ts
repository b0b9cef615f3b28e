import { RemoteWriter, remoteIdentity } from '../../../remote/ask.ts';
import { isLasting } from '../../../remote/failures.ts';
import { errorFacts, type ErrorFacts } from '../../../shared/errors.ts';
import type { GenerationSettings } from '../../../shared/generation.ts';
import type { GridNews, GridTask } from '../../../shared/prompt/grid.ts';
import type { WriterResult } from '../../../shared/prompt/writer.ts';
import type { RemoteTarget } from '../../../shared/remote.ts';
import type { JobContext } from '../../port/job-port.ts';

/** Requests to one model at a time. */
const sideBySide = 4;

type Write = (task: GridTask, model: string, ask: () => Promise<WriterResult>) => Promise<GridNews>;

/** Cells that a model elsewhere answers: some at a time, and none more once it is clear that none will be. */
export class RemoteCells {
  readonly #context: Pick<JobContext, 'signal' | 'cancelled' | 'log'>;
  readonly #writer = new RemoteWriter();

  constructor(context: Pick<JobContext, 'signal' | 'cancelled' | 'log'>) {
    this.#context = context;
  }

  /** Rejects where the job is cancelled; every other failure is told of its cell. */
  async fill(
    model: { remote: RemoteTarget },
    tasks: readonly GridTask[],
    settings: readonly GenerationSettings[],
    tell: (...cells: GridNews[]) => void,
    write: Write,
    waits: (waiting: boolean) => void,
  ): Promise<void> {
    const { signal, log } = this.#context;
    const identity = remoteIdentity(model.remote);
    const hooks = {
      given: () => {},
      told: () => {},
      waiting: (wait: { until: number; reason: string } | null) => {
        waits(wait !== null);
        if (wait) log(`${model.remote.name} is waited for until ${new Date(wait.until).toISOString()}: ${wait.reason}`);
      },
    };
    /** What is asked now, by what is asked: the same is not asked twice side by side. */
    const pending = new Map<string, Promise<void>>();
    let lasting: ErrorFacts | null = null;
    const answer = async (task: GridTask): Promise<void> => {
      if (lasting) return tell({ index: task.index, error: lasting });
      const { prompt, settings: place } = task;
      try {
        tell(
          await write(task, identity, () =>
            this.#writer.write({ model, prompt, settings: settings[place] }, hooks, signal),
          ),
        );
      } catch (error) {
        // Its cell waits as those after it do.
        if (this.#context.cancelled()) throw error;
        const facts = errorFacts(error);
        if (isLasting(error)) lasting = facts;
        tell({ index: task.index, error: facts });
      }
    };
    const queue = [...tasks];
    const work = async (): Promise<void> => {
      for (let task = queue.shift(); task; task = queue.shift()) {
        await pending.get(task.asked);
        const answered = answer(task);
        pending.set(
          task.asked,
          answered.catch(() => {}),
        );
        await answered;
      }
    };
    await Promise.all(Array.from({ length: Math.min(sideBySide, tasks.length) }, work));
  }
}
