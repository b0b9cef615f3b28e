import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { LeakFinding, LeakQuestion, LeakReport } from '../../shared/leaks.ts';
import { readBlob } from '../blobs.ts';
import { derived } from '../derived.ts';
import { readTimes } from '../divide/dates.ts';
import type { Groups } from '../divide/groups.ts';
import { groupKeys, imageKeys, tableGroups } from '../divide/keys.ts';
import { parquetSql, withDuck } from '../duck.ts';
import type { ImportContext } from '../import-context.ts';
import { fileLabels } from '../labels.ts';
import { readTarget } from '../table-target.ts';
import { findAcross, joined, PairTally } from './across.ts';
import { findAcrossTime } from './across-time.ts';
import { sameFiles, sameRows } from './content.ts';
import { nearImages } from './near-images.ts';
import { nearRows, type NearCopies } from './near-rows.ts';
import { groupColumns, namePrefix, timeColumn } from './suggest.ts';

export interface LeakContext extends ImportContext {
  /** Lets a cancel in. */
  pause(): Promise<void>;
}

interface Source {
  blobs: string;
  manifest: Manifest;
  split: Uint8Array;
  labels: Int32Array | null;
  connection: DuckDBConnection | null;
}

/** Which samples are copies of one another, as groups: exactly, and with those that are nearly so. */
export interface Copies {
  report: LeakReport;
  exact: Groups;
  near: Groups;
}

/** Increased when the same data would be judged otherwise. */
const edition = 3;

/**
 * Looks for what is on both sides of a split. Kept by content: asked again of the same samples, split and columns it answers at once.
 * Throws `unknown_column`, `invalid_pattern`, `unreadable_dates`.
 */
export async function checkLeaks(
  blobs: string,
  manifest: Manifest,
  question: LeakQuestion,
  context: LeakContext,
): Promise<Copies> {
  const { columns, target, samples, parts, soundParts } = manifest;
  const of = { blobs: manifest.blobs, parts, soundParts };
  const about = { what: 'leaks', edition, ...of, columns, target, samples, question };
  const { report, exact, near } = await derived(blobs, about, ['report', 'exact', 'near'], async () => {
    const found = await withSource(blobs, manifest, context.signal, (source) => check(source, question, context));
    return {
      report: new TextEncoder().encode(JSON.stringify(found.report)),
      exact: bytesOf(found.exact.ids),
      near: bytesOf(found.near.ids),
    };
  });
  return {
    report: JSON.parse(new TextDecoder().decode(report)) as LeakReport,
    exact: groupsFrom(exact),
    near: groupsFrom(near),
  };
}

const bytesOf = (ids: Int32Array): Uint8Array => new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength);
function groupsFrom(bytes: Uint8Array): Groups {
  const ids = new Int32Array(bytes.slice().buffer);
  return { ids, count: ids.reduce((most, id) => Math.max(most, id), -1) + 1 };
}

async function withSource<T>(
  blobs: string,
  manifest: Manifest,
  signal: AbortSignal,
  work: (source: Source) => Promise<T>,
): Promise<T> {
  const split = await readBlob(blobs, manifest.blobs.split);
  if (manifest.kind !== 'table') {
    return work({ blobs, manifest, split, labels: await fileLabels(blobs, manifest), connection: null });
  }
  return withDuck({ blobs, signal }, async (connection) => {
    const table = parquetSql(blobs, manifest.blobs.table!);
    const { labels } = await readTarget(connection, table, manifest.columns, manifest.target);
    return work({ blobs, manifest, split, labels, connection });
  });
}

async function check(source: Source, question: LeakQuestion, context: LeakContext): Promise<Copies> {
  const { manifest, split, labels, connection, blobs } = source;
  const notes: LeakReport['notes'] = [];
  context.progress({ stage: 'scanning', unit: 'samples', done: 0, total: 0 });
  const exact = connection
    ? await sameRows(connection, blobs, manifest)
    : await sameFiles(blobs, manifest, () => context.pause());
  const isExact = (a: number, b: number): boolean => exact.ids[a] === exact.ids[b];
  const apart = await setApart(source, question);
  const copies = await nearCopies(source, isExact, apart, context, notes);
  const near = joined(copies.pairs, manifest.samples, exact);
  const nearOnly = new PairTally(split, labels);
  for (const pair of copies.pairs) nearOnly.add(pair);
  const sets = countSets(joined(copies.pairs, manifest.samples));
  const findings = [
    findAcross(exact, split, labels, { kind: 'exact' }),
    nearOnly.finding({ kind: 'near' }, sets),
    ...(await groupFindings(source, question)),
    await timeFinding(source, question, notes),
  ].filter((finding): finding is LeakFinding => finding !== null);
  const held = split.reduce((sum, part) => sum + (part > 0 ? 1 : 0), 0);
  return { report: { held, findings, notes }, exact, near };
}

/** Groups of two and more. */
function countSets({ ids, count }: Groups): number {
  const sizes = new Int32Array(count);
  for (const id of ids) sizes[id]++;
  return sizes.reduce((sum, size) => sum + (size > 1 ? 1 : 0), 0);
}

/** Columns that say whose or of when a sample is: taken twice it is still a copy. */
async function setApart({ connection, blobs, manifest }: Source, { groups, time }: LeakQuestion): Promise<Set<string>> {
  if (!connection) return new Set();
  const when = time ?? (await timeColumn(connection, blobs, manifest));
  return new Set([...(groups ?? []), ...groupColumns(manifest), ...(when === null ? [] : [when])]);
}

async function nearCopies(
  { connection, blobs, manifest, split }: Source,
  isExact: (a: number, b: number) => boolean,
  apart: ReadonlySet<string>,
  context: LeakContext,
  notes: LeakReport['notes'],
): Promise<Pick<NearCopies, 'pairs' | 'checked'>> {
  const held = split.reduce((sum, part) => sum + (part > 0 ? 1 : 0), 0);
  const stage = 'scanning';
  const report = (done: number, total: number): void => context.progress({ stage, unit: 'samples', done, total });
  const found = connection
    ? await nearRows(connection, blobs, manifest, split, isExact, apart, (done) => report(done, manifest.samples))
    : manifest.kind === 'audio'
      ? { pairs: [], checked: 0, by: null }
      : {
          ...(await nearImages(blobs, manifest, {
            ...{ rank: split, isExact, progress: report, pause: () => context.pause() },
            ...{ mostHeld: 50_000, mostImages: 500_000 },
          })),
          by: 'images',
        };
  if (manifest.kind === 'audio') {
    notes.push({
      code: 'near_not_of_sounds',
      message: 'Near-duplicates were not looked for: of sounds only exact copies are found.',
    });
  } else if (found.by === null) {
    notes.push({
      code: 'near_not_looked_for',
      message: 'Near-duplicates were not looked for: rows of so few cells, none of them text, are alike by chance.',
    });
  } else if (found.checked < held) {
    notes.push({
      code: 'near_thinned',
      message: `For near-duplicates ${found.checked} of the ${held} samples of validation and test were looked at, spread over all of them.`,
    });
  }
  return found;
}

async function groupFindings(source: Source, question: LeakQuestion): Promise<(LeakFinding | null)[]> {
  const { connection, blobs, manifest, split, labels } = source;
  if (connection) {
    const named = question.groups ?? [];
    const columns = [...new Set([...named, ...groupColumns(manifest)])];
    const findings: (LeakFinding | null)[] = [];
    for (const column of columns) {
      const groups = await tableGroups(connection, blobs, manifest, { column });
      findings.push(findAcross(groups, split, null, { kind: 'groups', column, suggested: !named.includes(column) }));
    }
    return findings;
  }
  const findings: (LeakFinding | null)[] = [];
  for (const pattern of question.groups ?? []) {
    const groups = groupKeys(await imageKeys(blobs, manifest, { pattern }));
    findings.push(findAcross(groups, split, null, { kind: 'groups', pattern }));
  }
  if (question.groups) return findings;
  const groups = groupKeys(await imageKeys(blobs, manifest, { pattern: namePrefix }));
  const grouped = groups.ids.reduce((sum, id) => sum + (id >= 0 ? 1 : 0), 0);
  // A prefix that all of a class share ("cat_0001") names the class; one of nearly every image names nothing.
  const looksSo = groups.count >= 2 * Math.max(2, manifest.classes.length) && grouped >= 0.9 * manifest.samples;
  if (!looksSo || groups.count > manifest.samples / 2) return findings;
  return [findAcross(groups, split, labels, { kind: 'groups', pattern: namePrefix, suggested: true })];
}

async function timeFinding(
  { connection, blobs, manifest, split }: Source,
  question: LeakQuestion,
  notes: LeakReport['notes'],
): Promise<LeakFinding | null> {
  if (!connection) {
    if (question.time === undefined) return null;
    throw new AtelierError(
      'unknown_column',
      `Images and sounds have no columns, so none is called "${question.time}".`,
    );
  }
  const column = question.time ?? (await timeColumn(connection, blobs, manifest));
  if (column === null) return null;
  try {
    const { values } = await readTimes(connection, blobs, manifest, column);
    return findAcrossTime(values, split, column);
  } catch (error) {
    // A column that nobody named may be something else.
    if (question.time !== undefined || !(error instanceof AtelierError)) throw error;
    notes.push({ code: 'time_not_read', message: error.message });
    return null;
  }
}
