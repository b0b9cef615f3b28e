import { Option, type Command } from 'commander';
import { getDataset } from '../db/datasets.ts';
import { labelClasses } from '../db/labellings.ts';
import { eachLabel } from '../jobs/labels/as-it-stands.ts';
import { unpackJudged } from '../shared/judged.ts';
import { isJudgedKind, labelStates, resolvedClass, type LabelState } from '../shared/labels.ts';
import { Session, type CommandContext } from './context.ts';
import { count, table } from './format.ts';
import { existing, withLabelling, type LabelOptions } from './labelling.ts';
import { judgedWords } from './labels-judged.ts';

interface Options extends LabelOptions {
  samples?: boolean;
  state?: LabelState;
}

export function addLabelsList(labels: Command, context: CommandContext): void {
  withLabelling(labels.command('list'))
    .description('how far labelling is: samples by state and class, or one by one')
    .option('--samples', 'a line a sample')
    .addOption(new Option('--state <state>', 'with --samples only those').choices(labelStates))
    .addHelpText(
      'after',
      `
A sample is new, suggested (by a run or a rule), labelled, reviewed, skipped or unsure. Only labelled and reviewed ones go into a version.

JSON: {"dataset","labelling","kind","target","judged","samples","states":{"new",…},"classes":[{"id","name","samples"}]}; with --samples a line a sample:
      {"sample","state","labels":[name],"confidence","note"}; "judged" is {"prompt","answers":[…]} of pairs and ratings, else null

Examples:
  $ atelier labels list photos
  $ atelier labels list photos --samples --state unsure --json`,
    )
    .action((dataset: string, options: Options) =>
      list(new Session(context, 'labels list', options), dataset, options),
    );
}

async function list(session: Session, text: string, options: Options): Promise<void> {
  await session.read((store) => {
    const { log } = existing(store, text, options);
    const all = labelClasses(store, log.key);
    const classes = new Map(all.map((one) => [one.id, one]));
    const nameOf = (id: number): string => classes.get(resolvedClass(classes, id))?.name ?? String(id);
    const judged = isJudgedKind(log.kind) && log.target !== null ? unpackJudged(log.target) : null;
    const { out } = session;
    if (options.samples || options.state) {
      for (const { sample, label } of eachLabel(store, log)) {
        if (options.state && label.state !== options.state) continue;
        const labels = label.classes.map(nameOf);
        out.record({ sample, state: label.state, labels, confidence: label.confidence, note: label.note });
        out.text([sample, label.state, labels.join(', '), label.note].join('\t').trimEnd());
      }
      return;
    }
    const byState = Object.fromEntries(labelStates.map((each) => [each, 0])) as Record<LabelState, number>;
    const byClass = new Map<number, number>();
    for (const { label } of eachLabel(store, log)) {
      byState[label.state]++;
      if (label.state !== 'labelled' && label.state !== 'reviewed') continue;
      for (const id of new Set(label.classes.map((one) => resolvedClass(classes, one))))
        byClass.set(id, (byClass.get(id) ?? 0) + 1);
    }
    const usable = all.filter(({ mergedInto, removed }) => mergedInto === null && !removed);
    out.record({
      dataset: log.dataset,
      labelling: log.id,
      kind: log.kind,
      target: judged ? null : log.target,
      judged,
      samples: log.samples,
      states: byState,
      classes: usable.map(({ id, name }) => ({ id, name, samples: byClass.get(id) ?? 0 })),
    });
    out.text(
      `${getDataset(store, log.dataset).summary.name}${judged ? `, ${judgedWords(judged)}` : log.target === null ? '' : ` by "${log.target}"`}: ${count(log.samples)} samples`,
    );
    out.text(table([['STATE', 'SAMPLES'], ...labelStates.map((each) => [each, count(byState[each])])]));
    out.text('');
    out.text(table([['CLASS', 'SAMPLES'], ...usable.map(({ id, name }) => [name, count(byClass.get(id) ?? 0)])]));
  });
}
