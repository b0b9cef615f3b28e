import type { Command } from 'commander';
import { getDataset } from '../db/datasets.ts';
import { withNewest } from '../jobs/originals.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { DatasetDetail, DatasetKind, Manifest, OriginalsReport } from '../shared/dataset.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { readVersion } from './data-reader.ts';
import { count, table, when } from './format.ts';
import { contentJson, iso } from './json.ts';
import { withCommon } from './options.ts';
import { lostHelp, lostWords } from './originals-text.ts';
import type { Output } from './output.ts';

export function addDataShow(data: Command, context: CommandContext): void {
  withCommon(data.command('show'))
    .description("show a dataset's columns, split, notes and versions")
    .argument('<dataset>', "the dataset's name, its id or the beginning of it, or a version's id")
    .addHelpText(
      'after',
      `
JSON: {"dataset","name","kind","version","version_number","created_at","change","samples","target","task","class_counts",
      "columns":[{"name","type","role","missing","distinct"}],"image","audio","splits","split_source","sources","rejected_count","notes",
      "originals":{"kept":"copied"|"referenced"|null,
      and of those referenced: "files","present","missing","changed","unsure","folders","first"},"recipe","versions":[{"version","number","created_at","change","samples"}]}

Examples:
  $ atelier data show iris
  $ atelier data show dv_01k9 --json`,
    )
    .action((dataset: string, options: CommonOptions) => show(new Session(context, 'data show', options), dataset));
}

async function show(session: Session, text: string): Promise<void> {
  const { detail, newest } = await session.read((store) => {
    const { dataset, version } = resolveDataset(store, text);
    return { detail: getDataset(store, dataset, version), ...withNewest(store, version) };
  });
  const { manifest } = detail.version;
  const referenced = manifest.blobs.references
    ? await readVersion(session, text, (reader, blobs) => reader.originals(blobs, manifest, newest))
    : null;
  tell(session.out, detail, referenced);
}

/** What became of the files that images came from. */
const keptAs = ({ blobs, parts }: Manifest): 'referenced' | 'copied' | null =>
  blobs.references ? 'referenced' : (parts ?? [blobs]).some(({ originals }) => originals) ? 'copied' : null;

const samplesWord: Record<DatasetKind, string> = { table: 'rows', images: 'images', audio: 'sounds' };

function tell(out: Output, { summary, version, versions }: DatasetDetail, referenced: OriginalsReport | null): void {
  const { manifest } = version;
  out.record({
    dataset: summary.id,
    name: summary.name,
    kind: manifest.kind,
    version: version.id,
    version_number: version.number,
    created_at: iso(version.createdAt),
    change: version.change,
    samples: manifest.samples,
    ...contentJson(manifest),
    image: manifest.image,
    audio: manifest.audio ?? null,
    splits: manifest.splits,
    split_source: manifest.splitSource,
    sources: manifest.sources,
    rejected_count: manifest.rejectedCount,
    notes: manifest.notes,
    originals: { kept: keptAs(manifest), ...referenced },
    recipe: manifest.recipe ?? null,
    versions: versions.map((each) => ({
      version: each.id,
      number: each.number,
      created_at: iso(each.createdAt),
      change: each.change,
      samples: each.samples,
    })),
  });

  const { train, validation, test } = manifest.splits;
  out.text(`${summary.name} (${summary.id}): version ${version.number} of ${summary.versions}, ${version.id}`);
  out.text(`${count(manifest.samples)} ${samplesWord[manifest.kind]}; ${version.change}`);
  out.text(`Split: train ${count(train)}, validation ${count(validation)}, test ${count(test)}`);
  if (referenced) {
    out.text(`Image files: left in ${referenced.folders.join(', ')}`);
    const lost = lostWords(referenced);
    if (lost) out.note(`${lost}\n${lostHelp(summary.name)}`);
  }
  if (manifest.columns.length > 0) {
    out.text('');
    out.text(
      table([
        ['COLUMN', 'TYPE', 'ROLE', 'MISSING', 'DISTINCT'],
        ...manifest.columns.map(({ name, type, role, missing, distinct }) => [
          name,
          type,
          role,
          count(missing),
          count(distinct),
        ]),
      ]),
    );
  }
  out.text('');
  out.text(
    table([
      ['VERSION', 'ID', 'SAMPLES', 'CREATED', 'CHANGE'],
      ...versions.map((each) => [String(each.number), each.id, count(each.samples), when(each.createdAt), each.change]),
    ]),
  );
  for (const note of manifest.notes) out.note(`Note: ${note.message}`);
}
