import { Argument, Option, type Command } from 'commander';
import { resolveRun } from '../jobs/resolve.ts';
import type { StartedRun } from '../jobs/runs.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import { queueMoves, type QueueMove } from '../shared/job.ts';
import { mostEpochs, stretchSchedules, type StretchSchedule } from '../shared/run.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { followRun } from './follow-run.ts';
import { integer, number, withCommon } from './options.ts';

interface Options extends CommonOptions {
  queue?: boolean;
  anew?: boolean;
  from?: string;
  failed?: boolean;
  before?: string;
  lr?: number;
  schedule?: StretchSchedule;
}

const queueOption = ['--queue', 'only queue it: the window trains it, or "atelier runs queue --work"'] as const;
const trainJson = 'JSON: as "atelier train"; with --queue {"event":"queued","run","name","job"} per run';
const actJson = (event: string) => `JSON: per run {"event":"${event}","run","name"}`;

/** What is done to runs that wait, work or have ended. */
export function addRunsActs(runs: Command, context: CommandContext): void {
  const command = (name: string, description: string, help: string) =>
    withCommon(runs.command(name)).description(description).addHelpText('after', `\n${help}`);

  command(
    'pause',
    'let runs wait until they are resumed',
    `They keep their place in the queue.

${actJson('paused')}

Examples:
  $ atelier runs pause "iris · mlp" "iris · mlp 2"`,
  )
    .argument('<run...>', 'names, ids or beginnings of ids')
    .action((names: string[], options: Options) =>
      each(new Session(context, 'runs pause', options), names, 'paused', (studio, id) => studio.runs.pause(id)),
    );
  command(
    'cancel',
    'take runs out of the queue',
    `What they have done is kept: resume goes on with it.

${actJson('cancelled')}

Examples:
  $ atelier runs cancel "iris · mlp 3"`,
  )
    .argument('<run...>', 'names, ids or beginnings of ids')
    .action((names: string[], options: Options) =>
      each(new Session(context, 'runs cancel', options), names, 'cancelled', (studio, id) => studio.runs.cancel(id)),
    );
  command(
    'move',
    'change the order of the queue',
    `A run that has begun has no place in it any more and is refused.

${actJson('moved')}

Examples:
  $ atelier runs move "iris · mlp 3" front
  $ atelier runs move "iris · mlp 3" --before "iris · linear"`,
  )
    .argument('<run>', 'its name, its id or the beginning of it')
    .addArgument(new Argument('[where]', 'among those that wait').choices(queueMoves))
    .option('--before <run>', 'another run that waits, which it comes before')
    .action((name: string, to: QueueMove | undefined, options: Options, self: Command) => {
      const { before } = options;
      if ((to === undefined) === (before === undefined)) {
        self.error(`error: say where it goes: ${queueMoves.join(', ')} or --before RUN`);
      }
      return each(new Session(context, 'runs move', options), [name], 'moved', (studio, id) =>
        studio.runs.move(id, to ?? { before: resolveRun(studio.reading, before!) }),
      );
    });

  command(
    'resume',
    'go on with runs that are paused, were cut short, cancelled, or failed',
    `From the last checkpoint, bit for bit as if never stopped (CPU, same threads); from the beginning where there is none.
A run that diverged would do so again and is refused: atelier train --like RUN --lr RATE, or runs add-epochs RUN EPOCHS --lr RATE.

${trainJson}

Examples:
  $ atelier runs resume "iris · mlp"
  $ atelier runs resume run_01k9 run_01ka --queue`,
  )
    .argument('<run...>', 'names, ids or beginnings of ids')
    .option('--from <checkpoint>', 'another one than the last, see "atelier runs checkpoints"')
    .option(...queueOption)
    .action((names: string[], options: Options) => goOn(new Session(context, 'runs resume', options), names, options));
  command(
    'retry',
    'train runs once more that failed or were cut short',
    `As resume does, for several at once; --failed takes all that failed or were interrupted, but those that diverged, which would do so
again: they are named. An error holds up none of the others.

${trainJson}
      per run that --failed leaves out {"event":"left_out","run","name","code":"diverged","message"}

Examples:
  $ atelier runs retry --failed --queue
  $ atelier runs retry "iris · mlp" --anew`,
  )
    .argument('[run...]', 'names, ids or beginnings of ids')
    .option('--failed', 'all that failed or were cut short')
    .option('--anew', 'from the beginning, whatever checkpoints there are')
    .option(...queueOption)
    .action((names: string[], options: Options, self: Command) => {
      if (names.length === 0 && !options.failed) self.error('error: name a run, or give --failed');
      return goOn(new Session(context, 'runs retry', options), names, options);
    });
  command(
    'add-epochs',
    'train a run that has ended for more epochs, from its last checkpoint',
    `They are a new stretch of the same run: weights, optimizer and the order of samples go on as if it had not ended. Over the
stretch the learning rate goes by the run's own schedule once more, from the run's own rate, unless you say otherwise;
of a run that followed the validation loss (plateau) it stays at the last rate. A run that diverged goes on from its best
checkpoint, at a lower rate that you give.

${trainJson}

Examples:
  $ atelier runs add-epochs "iris · mlp" 20
  $ atelier runs add-epochs "iris · mlp" 20 --lr 0.0001 --schedule constant`,
  )
    .argument('<run>', 'its name, its id or the beginning of it')
    .argument('<epochs>', 'how many', integer(1, mostEpochs))
    .option('--lr <rate>', "what the learning rate begins with (default: the run's)", number(0, 100, true))
    .addOption(
      new Option('--schedule <name>', "over the added epochs alone (default: the run's)").choices(stretchSchedules),
    )
    .option(...queueOption)
    .action((name: string, epochs: number, options: Options) =>
      begin(new Session(context, 'runs add-epochs', options), options, (studio) => {
        const { lr, schedule, queue } = options;
        const id = resolveRun(studio.reading, name);
        return [
          () => studio.runs.addEpochs(id, { epochs, learningRate: lr, schedule }, { later: queue, first: !queue }),
        ];
      }),
    );
}

async function each(
  session: Session,
  names: string[],
  event: string,
  act: (studio: Studio, id: RunId) => void,
): Promise<void> {
  await session.own(async (studio) => {
    for (const id of names.map((name) => resolveRun(studio.reading, name))) {
      act(studio, id);
      const { name } = studio.runs.get(id);
      session.out.record({ event, run: id, name });
      session.out.text(`${name} (${id}): ${event}`);
    }
  });
}

function goOn(session: Session, names: string[], options: Options): Promise<void> {
  return begin(session, options, (studio) => {
    const named = names.map((name) => resolveRun(studio.reading, name));
    const failed = options.failed ? studio.runs.failed() : { again: [], diverged: [] };
    for (const id of failed.diverged) {
      const { name, error } = studio.runs.get(id);
      session.out.record({ event: 'left_out', run: id, name, code: error?.code, message: error?.message });
      session.out.note(`Left out ${name} (${id}), which would diverge again: atelier train --like ${id} --lr RATE`);
    }
    return [...new Set([...named, ...failed.again])].map((id) => () => {
      const { queue, anew, from } = options;
      return studio.runs.resume(id, { later: queue, first: !queue, anew, from });
    });
  });
}

/** Queues them all, or trains one after the other. */
async function begin(
  session: Session,
  options: Options,
  find: (studio: Studio) => (() => StartedRun)[],
): Promise<void> {
  const { out } = session;
  await session.own(async (studio) => {
    const starts = find(studio);
    if (starts.length === 0) return out.text('No run has failed or was cut short.');
    let failed: unknown = null;
    for (const start of starts) {
      const started = start();
      if (!options.queue) {
        await followRun(session, studio, started).catch((error: unknown) => {
          if (error instanceof AtelierError && error.code === 'cancelled') throw error;
          failed ??= error;
        });
        continue;
      }
      const { name } = studio.runs.get(started.run);
      out.record({ event: 'queued', run: started.run, name, job: started.job });
      out.text(`Queued ${name} (${started.run})`);
    }
    if (failed) throw failed;
  });
}
