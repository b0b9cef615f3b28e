import { InvalidArgumentError, type Command } from 'commander';
import { isQueueHeld, waitingTrainings } from '../db/jobs.ts';
import { getRun, listRuns } from '../db/runs.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { RunId } from '../shared/ids.ts';
import type { AtOnce, Job } from '../shared/job.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { tellFinished, tellStarted } from './follow-run.ts';
import { table, when } from './format.ts';
import { iso } from './json.ts';
import { withCommon } from './options.ts';

interface Options extends CommonOptions {
  work?: boolean;
  atOnce?: AtOnce;
  hold?: boolean;
  goOn?: boolean;
}

export function addRunsQueue(runs: Command, context: CommandContext): void {
  withCommon(runs.command('queue'))
    .description('show the trainings that wait, work them off, or pause them as a whole')
    .option('--work', 'train what waits, in its order, until nothing waits')
    .option(
      '--at-once <n>',
      'with --work: so many side by side; auto: as processor, memory and devices have room',
      atOnce,
    )
    .option('--hold', 'pause the queue: what works goes on, and nothing begins')
    .option('--go-on', 'take a paused queue up again')
    .addHelpText(
      'after',
      `
The queue belongs to the workspace and outlives the program: trainings that wait go on when the window opens it, or by --work.
What worked when the program was killed is "interrupted" and waits for you (atelier runs resume): it may be what ended it.
An error holds nothing up: the next one begins. Ctrl-C saves checkpoints; what worked waits again, before all others.

JSON: per run that works or waits, in order: {"run","name","status","place","queued_at"}, then {"event":"queue","held","waiting"};
      with --work {"event":"started"|"finished"|"failed"|"cancelled","run",…} as they happen

Examples:
  $ atelier train --data iris --architecture mlp --queue
  $ atelier runs queue --work --at-once 2`,
    )
    .action((options: Options) => queue(new Session(context, 'runs queue', options), options));
}

function atOnce(text: string): AtOnce {
  const value = Number(text);
  if (text === 'auto') return text;
  if (Number.isInteger(value) && value >= 1 && value <= 16) return value;
  throw new InvalidArgumentError('It is "auto" or a whole number from 1 to 16.');
}

async function queue(session: Session, options: Options): Promise<void> {
  if (options.hold && (options.goOn || options.work)) {
    throw new AtelierError('bad_arguments', '--hold stops what --work and --go-on take up: give one of them.');
  }
  const held = options.hold ? true : options.goOn ? false : null;
  if (held !== null) await session.own(async (studio) => studio.jobs.hold(held));
  if (options.work) return work(session, options.atOnce ?? 'auto');
  await session.readIfAny((store) => {
    const working = store ? listRuns(store).filter(({ status }) => status === 'running') : [];
    const waiting = store ? waitingTrainings(store).map((job) => getRun(store, job.run!)) : [];
    const all = [...working, ...waiting];
    const places = all.map((_, i) => (i < working.length ? null : i - working.length + 1));
    all.forEach((run, i) => {
      const { id, name, status, createdAt } = run;
      session.out.record({ run: id, name, status, place: places[i], queued_at: iso(createdAt) });
    });
    const isHeld = store !== null && isQueueHeld(store);
    session.out.record({ event: 'queue', held: isHeld, waiting: waiting.length });
    if (isHeld) session.out.note('The queue is paused: nothing begins until "atelier runs queue --go-on".');
    if (all.length === 0) return session.out.text('No training waits. Queue one: atelier train --data DATASET --queue');
    session.out.text(
      table([
        ['PLACE', 'RUN', 'NAME', 'STATUS', 'ARCHITECTURE', 'CREATED'],
        ...all.map((run, i) => [
          places[i] === null ? '–' : String(places[i]),
          run.id,
          run.name,
          run.status,
          String(run.settings.architecture),
          when(run.createdAt),
        ]),
      ]),
    );
  });
}

const isTraining = ({ kind }: Job): boolean => kind === 'train';

/** Until nothing waits but what is paused. */
async function work(session: Session, atOnce: AtOnce): Promise<void> {
  await session.own(
    async (studio) => {
      if (studio.jobs.queue.held) {
        throw new AtelierError(
          'queue_held',
          'The queue is paused. Take it up again: atelier runs queue --go-on --work.',
        );
      }
      const told = new Map<RunId, string>();
      for (const job of studio.jobs.active) tellJob(session, studio, job, told);
      await new Promise<void>((resolve) => {
        const check = () => {
          if (studio.jobs.own.some(isTraining)) return;
          deaf();
          resolve();
        };
        const deaf = studio.onEvent((event) => {
          if (event.type !== 'jobs') return;
          for (const job of event.jobs) tellJob(session, studio, job, told);
          check();
        });
        check();
      });
      const failed = [...told].filter(([, status]) => status === 'failed');
      if (told.size === 0) session.out.text('No training waits. Queue one: atelier train --data DATASET --queue');
      if (failed.length === 0) return;
      throw new AtelierError(
        'runs_failed',
        `${failed.length} of ${told.size} trainings failed. "atelier runs list" tells why; "atelier runs retry --failed" queues them once more.`,
        failed.map(([id]) => `${studio.runs.get(id).name} (${id}): ${studio.runs.get(id).error?.message ?? ''}`),
      );
    },
    { goesOn: true, atOnce },
  );
}

/** Each change of state, once. */
function tellJob(session: Session, studio: Studio, job: Job, told: Map<RunId, string>): void {
  if (!isTraining(job) || !job.run || told.get(job.run) === job.status) return;
  const run = studio.runs.getTrained(job.run);
  if (job.status === 'running') tellStarted(session, run);
  else if (job.status === 'finished') tellFinished(session, run);
  else if (job.status === 'failed' || job.status === 'cancelled') {
    session.out.record({ event: job.status, run: run.id, code: job.error?.code, message: job.error?.message });
    session.out.note(`${run.name} (${run.id}) ${job.status}: ${job.error?.message ?? ''}`);
  } else return;
  told.set(job.run, job.status);
}
