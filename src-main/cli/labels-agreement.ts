import { Option, type Command } from 'commander';
import { agreement } from '../evaluation/agreement.ts';
import { MarkBook } from '../jobs/labels/mark-book.ts';
import { Answers, passesOf } from '../jobs/labels/passes.ts';
import { settlements, usualOverlap, type AgreementReport, type Settlement } from '../shared/agreement.ts';
import { AtelierError } from '../shared/errors.ts';
import { isMarkedKind } from '../shared/labels.ts';
import { Session, type CommandContext } from './context.ts';
import { count, table } from './format.ts';
import { existing, owning, tellOutcome, withLabelling, type LabelOptions } from './labelling.ts';
import { idsOf, numbersOf } from './labels-set.ts';
import { number } from './options.ts';

interface AgreementOptions extends LabelOptions {
  overlap: number;
}

interface SettleOptions extends LabelOptions {
  samples: string;
  take: Settlement;
  class?: string[];
}

export function addLabelsAgreement(labels: Command, context: CommandContext): void {
  withLabelling(labels.command('agreement'))
    .description('how far a second pass of labelling agrees with the first: kappa, overlap, and what to settle')
    .option(
      '--overlap <share>',
      'marks: things that cover one another by so much (intersection over union) are the same',
      number(0.01, 1),
      usualOverlap,
    )
    .addHelpText(
      'after',
      `
A second pass is labelled with --pass 2 (in the window: "Second pass, blind"): nothing that the first says is shown, and there are no suggestions.
Compared are samples that both have labelled or reviewed; settled disagreements count as what the first pass had said before.

kappa: Cohen's, of classes; of several classes the mean over them; of marks, of the classes of things that both marked.
weightedKappa: of ratings, where two disagree by how far they are apart (linear), or its square (quadratic). Things are paired so that
their overlap in sum is the greatest (Hungarian method). f1: things of the same class that overlap enough; exact: with the very same bounds.

JSON: a line {"kind","classes","compared","agreed","kappa","weightedKappa":{"linear","quadratic"} or null,"perClass":[{"class","first","second","both","f1","kappa"}],"confusion","jaccard",
      "marks":{"first","second","matched","overlap","f1","exact","relations"}}, then a line a disagreement:
      {"sample","first":[class],"second":[class],"settled"}, of marks with "marks":{"onlyFirst","onlySecond","otherClass",
      "differ":{"first":[number],"second":[number]}}

Examples:
  $ atelier labels set photos --pass 2 --samples 0-9 --class cat
  $ atelier labels agreement photos --json
  $ atelier labels agreement cells --kind objects --overlap 0.7
  $ atelier labels export cells --kind objects --pass 2 --format coco --out cells-second`,
    )
    .action((dataset: string, options: AgreementOptions) =>
      tellAgreement(new Session(context, 'labels agreement', options), dataset, options),
    );
  withLabelling(labels.command('settle'))
    .description("make one pass's answer, or another one, the label of samples that two passes differ on")
    .requiredOption('--samples <numbers>', 'from 0: 3,7,10-19')
    .addOption(new Option('--take <which>', 'whose answer').choices(settlements).makeOptionMandatory())
    .option('--class <name...>', 'with --take new: the label')
    .addHelpText(
      'after',
      `
The label is the first pass's from then on, as reviewed; its history says that it was settled. "atelier labels undo" opens the disagreement again.
Of marks --take new leaves them as the first pass has them, to be edited there.

JSON: {"changed","classes","canUndo","canRedo"}; a line a sample

Examples:
  $ atelier labels settle photos --samples 3,7 --take second
  $ atelier labels settle photos --samples 4 --take new --class dog`,
    )
    .action((dataset: string, options: SettleOptions) =>
      owning(context, 'settle', dataset, { ...options, pass: 1 }, async ({ studio, session, state }) => {
        const { take } = options;
        const marked = isMarkedKind(state.kind);
        if (options.class && (take !== 'new' || marked)) {
          throw new AtelierError(
            'bad_arguments',
            '--class says the label with --take new, where samples have classes.',
          );
        }
        if (take === 'new' && !marked && !options.class)
          throw new AtelierError('bad_arguments', 'Say which label it is to be: --class.');
        const classes = options.class && (await idsOf(studio, state, options.class, false));
        for (const sample of numbersOf(options.samples, state.states.length)) {
          const outcome = await studio.labels.settling.settle(state.labelling, sample, take, classes);
          tellOutcome(session, `Settled ${sample}`, outcome);
        }
      }),
    );
}

async function tellAgreement(session: Session, dataset: string, options: AgreementOptions): Promise<void> {
  await session.read(async (store) => {
    const { log } = existing(store, dataset, { ...options, pass: 1 });
    const answers = new Answers(store, new MarkBook(store), passesOf(store, log));
    const { disagreements, ...report } = agreement(await answers.question(options.overlap));
    const { out } = session;
    out.record({ ...report });
    tellReport(session, report);
    for (const one of disagreements) {
      out.record({ ...one });
      const { sample, first, second, settled, marks } = one;
      out.text(
        [
          sample,
          first.join(', ') || '-',
          second.join(', ') || '-',
          ...(marks ? [`${marks.onlyFirst} / ${marks.onlySecond} / ${marks.otherClass}`] : []),
          ...(settled ? ['settled'] : []),
        ].join('\t'),
      );
    }
  });
}

function tellReport({ out }: Session, report: Omit<AgreementReport, 'disagreements'>): void {
  const { compared, agreed, kappa, weightedKappa, jaccard, marks, perClass } = report;
  out.text(`${count(agreed)} of ${count(compared)} samples agree; kappa ${figure(kappa)}`);
  if (weightedKappa) {
    const { linear, quadratic } = weightedKappa;
    out.text(`Weighted kappa: linear ${figure(linear)}, quadratic ${figure(quadratic)}`);
  }
  if (jaccard !== null) out.text(`Jaccard ${figure(jaccard)}`);
  if (marks) {
    out.text(
      `Things: ${count(marks.first)} and ${count(marks.second)}, ${count(marks.matched)} the same; overlap ${figure(marks.overlap)}, F1 ${figure(marks.f1)}, exact ${figure(marks.exact)}`,
    );
    if (marks.relations !== null) out.text(`Relations: F1 ${figure(marks.relations)}`);
  }
  const rows = perClass.map((one) => [
    one.class,
    count(one.first),
    count(one.second),
    count(one.both),
    figure(one.f1),
    figure(one.kappa),
  ]);
  out.text(table([['CLASS', 'FIRST', 'SECOND', 'BOTH', 'F1', 'KAPPA'], ...rows]));
  out.text('');
  out.text(marks ? 'SAMPLE\tFIRST\tSECOND\tFIRST ALONE / SECOND ALONE / OTHER CLASS' : 'SAMPLE\tFIRST\tSECOND');
}

const figure = (value: number | null): string => (value === null ? '-' : value.toFixed(4));
