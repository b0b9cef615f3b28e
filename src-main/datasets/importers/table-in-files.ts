import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Manifest, Rejected } from '../../shared/dataset.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ImportParams, ImportResult } from '../../shared/work/import.ts';
import { Staging } from '../archives/staging.ts';
import { blobPath } from '../blob-path.ts';
import { parquetFileSql, withDuck } from '../duck.ts';
import { totalBytes, type FoundFile, type Source } from '../source.ts';
import { checkTarget, memoryFor, storeTable, toldApart } from '../tables/store.ts';
import { guessTargetName } from '../target.ts';
import { csv } from './csv.ts';
import type { Importer, Offer, ReadContext } from './importer.ts';
import { json } from './json.ts';
import { givenSplit, inOrder } from './split-files.ts';

/** An offer looks at so many of the files, spread over all; those that are not of the same columns are told when they are read. */
const lookedAt = 8;
/** These speak of the whole table, which the files are put together for. */
const ofTheWhole = new Set([
  'dialect',
  'no_target',
  'single_class',
  'target_missing',
  'no_features',
  'several_classes',
]);

/** One table of text or JSON in several files of the same columns: train.csv and test.csv, sales-2026.jsonl and sales-2027.jsonl. */
export const tableInFiles: Importer = {
  async offer(source) {
    const files = inOrder(source.files);
    const step = Math.max(1, Math.floor((files.length - 1) / (lookedAt - 1)));
    const some = files.filter((_, i) => i % step === 0 || i === files.length - 1);
    const offers: Offer[] = [];
    for (const file of some) {
      const own = (await readerOf(source, file))?.offer;
      if (!own || own.columns.length === 0 || (offers[0] && !haveSame(offers[0].columns, own.columns))) return [];
      offers.push(own);
    }
    const [{ columns, several }] = offers;
    return [
      {
        ...{ kind: 'table', suggestedName: source.suggestedName, files: files.length, folders: 0 },
        ...{ bytes: await totalBytes(files), columns, target: guessTargetName(columns), ...(several && { several }) },
      },
    ];
  },

  async read(source, params, context) {
    const files = inOrder(source.files);
    return toldApart(files, params, context, async () => {
      // Each is read as if it were alone, to where nobody keeps it.
      const folder = await context.staging.path();
      try {
        const parts: Manifest[] = [];
        for (const file of files) parts.push(await readPart(source, file, folder, context));
        return await putTogether({ source, files, parts, folder }, params, context);
      } finally {
        await rm(folder, { recursive: true, force: true }).catch(() => undefined);
      }
    });
  },
};

const alone = (source: Source, file: FoundFile): Source => ({ ...source, files: [file], refused: [] });

async function readerOf(source: Source, file: FoundFile): Promise<{ importer: Importer; offer: Offer } | null> {
  for (const importer of [json, csv]) {
    const [offer] = await importer.offer(alone(source, file));
    if (offer) return { importer, offer };
  }
  return null;
}

async function readPart(source: Source, file: FoundFile, blobs: string, context: ReadContext): Promise<Manifest> {
  const reader = await readerOf(source, file);
  if (!reader) throw new AtelierError('unknown_format', `${file.relative} is no table of text or JSON.`);
  const staging = new Staging(blobs);
  try {
    const params = { blobs, paths: [], splitSeed: 0, target: null };
    return (await reader.importer.read(alone(source, file), params, { ...context, staging })).manifest;
  } finally {
    await staging.clear();
  }
}

interface Parts {
  source: Source;
  files: readonly FoundFile[];
  parts: readonly Manifest[];
  /** Where the parts are stored. */
  folder: string;
}

/** Throws `schemas_differ`. */
async function putTogether(
  { source, files, parts, folder }: Parts,
  params: ImportParams,
  context: ReadContext,
): Promise<ImportResult> {
  const names = parts[0].columns.map(({ name }) => name);
  checkTarget(params.target, names);
  const rows = parts.map((part, i) => {
    const own = part.columns.map(({ name }) => name);
    if (!haveSame(names, own)) throw differ(files[0], files[i], names, own);
    const cells = names.map((name, c) => `c${own.indexOf(name)} AS c${c}`);
    return `SELECT ${cells.join(', ')} FROM ${parquetFileSql(blobPath(folder, part.blobs.table!))}`;
  });
  const table = {
    ...{ relation: `(${rows.join(' UNION ALL ')})`, names, clean: true, name: source.suggestedName },
    bytes: parts.reduce((sum, { sources }) => sum + sources.reduce((all, { bytes }) => all + bytes, 0), 0),
    given: givenSplit(
      files,
      parts.map(({ samples }) => samples),
    ),
  };
  const { blobs } = params;
  const options = { blobs, signal: context.signal, memoryMB: memoryFor(names.length) };
  const manifest = await withDuck(options, (connection) => storeTable(connection, table, params, context));
  const rejected: Rejected[] = [
    ...source.refused,
    ...parts.flatMap((part, i) => part.rejected.map((each) => within(files[i], each))),
  ];
  return {
    suggestedName: source.suggestedName,
    manifest: {
      ...manifest,
      sources: parts.flatMap(({ sources }) => sources),
      rejectedCount: parts.reduce((sum, part) => sum + part.rejectedCount, source.refused.length),
      rejected: rejected.slice(0, 1000),
      notes: [...notesOf(files, parts), ...manifest.notes],
    },
  };
}

const within = ({ relative }: FoundFile, { where, code, message }: Rejected): Rejected => ({
  ...{ where: `${relative}, ${where}`, code },
  message: `${relative}: ${message}`,
});

function notesOf(files: readonly FoundFile[], parts: readonly Manifest[]): Manifest['notes'] {
  const told = files.slice(0, 8).map(({ relative }, i) => `${relative} (${parts[i].samples})`);
  const message = `Read from ${files.length} files of the same columns: ${told.join(', ')}${files.length > 8 ? ', …' : ''}.`;
  const own = parts.flatMap((part, i) =>
    part.notes
      .filter(({ code }) => !ofTheWhole.has(code))
      .map((note) => (note.message.startsWith(basename(files[i].relative)) ? note : named(files[i], note))),
  );
  return [{ code: 'several_files', message }, ...own];
}

const named = ({ relative }: FoundFile, { code, message }: Manifest['notes'][number]): Manifest['notes'][number] => ({
  ...{ code, message: `${relative}: ${message}` },
});

const haveSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name) => b.includes(name));

function differ(first: FoundFile, other: FoundFile, names: readonly string[], own: readonly string[]): AtelierError {
  const lacks = names.find((name) => !own.includes(name));
  const has = own.find((name) => !names.includes(name));
  const what = lacks === undefined ? `"${has}" is not in ${first.relative}` : `it lacks "${lacks}"`;
  return new AtelierError(
    'schemas_differ',
    `${first.relative} and ${other.relative} do not have the same columns: ${other.relative} is other, ${what}. Import them one at a time, with --file.`,
  );
}
