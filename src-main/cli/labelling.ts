import { Option, type Command } from 'commander';
import { getVersion } from '../db/datasets.ts';
import type { Readable } from '../db/connection.ts';
import { findLabelling, getLabelling, type Labelling } from '../db/labellings.ts';
import { judgedTarget, samplesIdentity, usualTarget } from '../jobs/labels/identity.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { Studio } from '../jobs/studio.ts';
import { AtelierError } from '../shared/errors.ts';
import type { VersionId } from '../shared/ids.ts';
import type { JudgedWish } from '../shared/judged.ts';
import { isJudgedKind, labellingKinds, type LabellingKind } from '../shared/labels.ts';
import type { LabellingPass, LabellingState, LabelOutcome } from '../shared/labels.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count } from './format.ts';
import { integer, withCommon } from './options.ts';

export interface LabelOptions extends CommonOptions {
  column?: string;
  several?: boolean;
  kind?: LabellingKind;
  pass?: LabellingPass;
  prompt?: string;
  answers?: string[];
}

/** The options that say which labelling of a dataset is meant. */
export function withLabelling(command: Command): Command {
  return withCommon(command)
    .argument('<dataset>', "the dataset's name, its id or the beginning of it, or a version's id")
    .option(
      '--column <name>',
      'tables: the column that the labels go to (default: the target if it holds classes, else "label")',
    )
    .option('--several', 'the labelling in which a sample may have several classes')
    .addOption(
      new Option(
        '--kind <kind>',
        'which labelling: of one class a sample (single), several (multiple), of what is marked in them: objects of images, spans of texts, segments of sounds, or of answers that are judged: which of two is better (pair), how good one is from 1 to 5 (rating)',
      )
        .choices(labellingKinds)
        .conflicts('several'),
    )
    .option('--prompt <column>', 'of answers that are judged: what they answer (default: guessed by names)')
    .option(
      '--answers <column...>',
      'those that are judged: two of a pair, A and B, one of a rating (default: guessed)',
    )
    .option('--pass <n>', '2: labelled a second time, without the first being seen', integer(1, 2));
}

export const kindOf = ({ several, kind }: LabelOptions): LabellingKind => kind ?? (several ? 'multiple' : 'single');

const judgedOf = ({ prompt, answers }: LabelOptions): JudgedWish => ({
  ...(prompt !== undefined && { prompt }),
  ...(answers && { answers }),
});

/** Throws `bad_arguments` where columns are named that this kind does not have. */
function requireFit(options: LabelOptions): void {
  const named = options.prompt !== undefined || options.answers !== undefined;
  if (!named || isJudgedKind(kindOf(options))) return;
  throw new AtelierError('bad_arguments', '--prompt and --answers are of --kind pair or rating.');
}

/** As the workspace's owner; the labelling is begun where there is none. */
export function owning(
  context: CommandContext,
  command: string,
  dataset: string,
  options: LabelOptions,
  act: (given: { studio: Studio; session: Session; version: VersionId; state: LabellingState }) => Promise<void>,
): Promise<void> {
  const session = new Session(context, `labels ${command}`, options);
  return session.own(async (studio) => {
    requireFit(options);
    const { version } = resolveDataset(studio.reading, dataset);
    const state = await studio.labels.open(version, {
      kind: kindOf(options),
      pass: options.pass,
      target: options.column,
      ...(isJudgedKind(kindOf(options)) && { judged: judgedOf(options) }),
    });
    await act({ studio, session, version, state });
  });
}

/** Of one that was begun, for reading alone. Throws `no_labelling`. */
export function existing(db: Readable, dataset: string, options: LabelOptions): { log: Labelling; version: VersionId } {
  const { version } = resolveDataset(db, dataset);
  const { manifest } = getVersion(db, version);
  const kind = kindOf(options);
  requireFit(options);
  const judged = isJudgedKind(kind) ? judgedTarget(db, manifest, kind, judgedOf(options)) : null;
  const column = manifest.kind === 'table' && judged === null ? (options.column ?? usualTarget(manifest, kind)) : null;
  const id = findLabelling(db, samplesIdentity(manifest), judged ?? column, kind, options.pass);
  if (id) return { log: getLabelling(db, id), version };
  throw new AtelierError(
    'no_labelling',
    `Nobody has ${judged === null ? 'labelled' : 'judged'} "${dataset}"${column === null ? '' : ` by "${column}"`} yet. Label it in the window, or begin with "atelier labels set".`,
  );
}

/** What an act has changed, told. */
export function tellOutcome(
  { out }: Session,
  what: string,
  { samples, classes, can }: LabelOutcome,
  more: Record<string, unknown> = {},
): void {
  out.record({ changed: samples.length, classes: classes.length, canUndo: can.undo, canRedo: can.redo, ...more });
  const parts = [
    samples.length > 0 || classes.length === 0
      ? `${count(samples.length)} ${samples.length === 1 ? 'sample' : 'samples'}`
      : '',
    classes.length > 0 ? `${count(classes.length)} ${classes.length === 1 ? 'class' : 'classes'}` : '',
  ].filter(Boolean);
  out.text(`${what}: ${parts.join(', ')}`);
}
