import { join } from 'node:path';
import type { Command } from 'commander';
import { dataFolder } from '../db/workspace.ts';
import type { RunSummary } from '../shared/run.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { exportJson, tellExport } from './export.ts';
import { runJson } from './json.ts';
import { withCommon } from './options.ts';
import { runTable } from './runs-list.ts';

export function addFirstRun(program: Command, context: CommandContext): void {
  withCommon(program.command('first-run'))
    .description('try everything on the bundled sample: import, train an MLP and a CNN, compare, export the better one')
    .addHelpText(
      'after',
      `
Takes under a minute on two cores. Its workspace is one of its own (atelier/sample beside the default one) unless
--workspace or ATELIER_WORKSPACE names another.

JSON: {"event":"imported"|"training"|"exporting",…} as it goes, {"event":"finished",…} per run, best first, and last
      {"event":"exported","path",…}

Examples:
  $ atelier first-run
  $ atelier first-run --workspace ./studio`,
    )
    .action((options: CommonOptions) => {
      const own = context.host.env.ATELIER_WORKSPACE ? undefined : join(dataFolder(context.host.env), 'sample');
      return firstRun(new Session(context, 'first-run', options, own));
    });
}

async function firstRun(session: Session): Promise<void> {
  const { out, host } = session;
  const begun = Date.now();
  await session.own(async (studio) => {
    const { result } = studio.trainSample(host.places.samples, (step) => {
      switch (step.step) {
        case 'import':
          out.record({ event: 'importing', name: step.name, job: step.job });
          return out.note(`Importing the sample: ${step.name}`);
        case 'train':
          out.record({ event: 'training', name: step.run.name, run: step.run.id, job: step.job });
          return out.note(`Training ${step.run.name}`);
        case 'export':
          out.record({ event: 'exporting', name: step.name, job: step.job });
          return out.note(`Exporting the better one: ${step.name}`);
      }
    });
    const { runs, exported } = await result;
    for (const run of runs) out.record({ event: 'finished', ...runJson(run) });
    out.record({ event: 'exported', ...exportJson(exported) });
    tell(session, runs);
    if (!out.json) tellExport(out, exported);
    const seconds = Math.round((Date.now() - begun) / 1000);
    out.text(`The workspace is ${session.folder}. All this took ${seconds} s.`);
  });
}

function tell({ out }: Session, runs: readonly RunSummary[]): void {
  out.text(`\n${runTable(runs)}\n`);
}
