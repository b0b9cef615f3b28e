import { Option, type Command } from 'commander';
import { getDataset } from '../db/datasets.ts';
import { workspaceFiles } from '../db/workspace.ts';
import { withNewest } from '../jobs/originals.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import { dataFormats, folders, isRowFormat, type DataFormat } from '../shared/work/export-data.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { filterOf, withFilter, type FilterOptions } from './filter-options.ts';
import { bytes, count } from './format.ts';
import { withCommon } from './options.ts';
import { plural } from '../shared/plural.ts';

interface Options extends CommonOptions, FilterOptions {
  format: DataFormat;
  out: string;
  images: boolean;
}

export function addDataExport(data: Command, context: CommandContext): void {
  withFilter(withCommon(data.command('export')))
    .description("write a dataset's samples and annotations in another program's form, or a table's rows")
    .argument('<dataset>', "the dataset's name, its id or the beginning of it; or a version's id")
    .addOption(new Option('--format <format>', 'the form').choices(dataFormats).makeOptionMandatory())
    .requiredOption('--out <folder>', 'a folder that is empty or not there yet')
    .option('--no-images', 'only the annotations, without the image files')
    .addHelpText(
      'after',
      `
coco          annotations/instances_<split>.json, and the images in a folder of each split; ids, attributes and all other fields
              as they came
yolo          data.yaml, images/<split>, labels/<split>: a "pose" set where there are keypoints, else "segment" where there are
              polygons, else "detect"
voc           JPEGImages, Annotations (an XML file an image), ImageSets/Main
labelme       <split>/: a JSON file beside each image
masks         masks/<split>: a PNG an image, each pixel its class's place in the palette; legend.json says which is which
csv           <split>.csv: a row a box, span or segment
conll         <split>.conll: tokens and tags, in the scheme they came in (BIO where they came in none)
spacy         <split>.jsonl: texts with their entities, characters counted as Python does
label-studio  <split>.json: tasks with their regions, and label-config.xml
jsonl         <split>.jsonl and header.json: all that the studio knows, nothing left out

folders       <split>/<class>/: each image, sound or text (of a table with a text and a class) as a file of its own, as it came where that was
              kept; an import reads them back. Names of classes that no folder can have, and samples without a class, are told in labels.csv

Of tables, texts among them, as one file that is called after the dataset (annotations stay here):
rows-csv      the cells as they are ("007" stays "007"), missing ones empty
rows-jsonl    an object a row; numbers where a column is of numbers, null where a cell is missing
rows-parquet  BIGINT columns where all numbers are whole, DOUBLE where not, else text
They are the version's rows, after its recipe and in their order, and a last column "split" says train, validation or test ("split_2" where
a column is called so already). An import takes that column as any other; it keeps the splits of files that lie in folders called train,
validation and test, so export each with --split. A column of numbers in which a cell is none stays text.

With --filter, --split or --class only the samples that "atelier data sample" shows by them. Image files are written as they came. What the format has no room for is counted and told.

JSON: {"path","format","files","bytes","samples","annotations","lost":[{"what","count"}]}

Examples:
  $ atelier data export bccd --format coco --out bccd-coco
  $ atelier data export bccd --format yolo --out bccd-yolo --no-images
  $ atelier data export bccd --format coco --out bccd-test --split test
  $ atelier data export flowers --format folders --out flowers
  $ atelier data export iris --format rows-parquet --out iris-rows --filter "petal_length > 5"`,
    )
    .action((dataset: string, options: Options) =>
      exportDataset(new Session(context, 'data export', options), dataset, options),
    );
}

async function exportDataset(session: Session, text: string, options: Options): Promise<void> {
  const { format, out, images } = options;
  const { summary, ...manifests } = await session.read((store) => {
    const { dataset, version } = resolveDataset(store, text);
    return { ...withNewest(store, version), summary: getDataset(store, dataset).summary };
  });
  const params = {
    blobs: workspaceFiles.blobs(session.folder),
    ...manifests,
    name: summary.name,
    format,
    out: session.path(out),
    images,
    filter: filterOf(options),
  };
  const made = await session.work('export-data', summary.name, params);
  session.out.record({ ...made, format });
  const what =
    format === folders
      ? plural(made.samples, 'sample', 'samples', count(made.samples))
      : isRowFormat(format)
        ? plural(made.samples, 'row', 'rows', count(made.samples))
        : `${plural(made.samples, 'sample', 'samples', count(made.samples))}, ${plural(made.annotations, 'annotation', 'annotations', count(made.annotations))}`;
  session.out.text(
    `Exported ${summary.name} as ${format} to ${made.path}: ${what}, ${plural(made.files, 'file', 'files', count(made.files))} (${bytes(made.bytes)})`,
  );
  for (const { what, count: n } of made.lost) session.out.note(`Not in ${format}: ${what} (${count(n)})`);
}
