import { writeFileSync } from 'node:fs';
import { InvalidArgumentError, type Command } from 'commander';
import { stepInfos } from '../datasets/recipes/index.ts';
import { getVersion } from '../db/datasets.ts';
import type { Readable } from '../db/connection.ts';
import { resolveDataset } from '../jobs/resolve.ts';
import type { DatasetVersion, Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import {
  completeStep,
  emptyRecipe,
  infoOf,
  newSettings,
  stepId,
  type Recipe,
  type StepField,
  type StepInfo,
} from '../shared/recipe.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count } from './format.ts';
import { integer, withCommon } from './options.ts';
import type { Output } from './output.ts';
import { recipeFileText, recipeFromFile } from './recipe-file.ts';
import { tellPreview } from './recipe-preview.ts';
import { stepHelp, stepName } from './words.ts';

interface Options extends CommonOptions {
  set?: string[];
  add?: string;
  remove?: number;
  move?: [from: number, to: number];
  toggle?: number;
  clear?: boolean;
  out?: string;
  steps?: boolean;
  preview?: number | true;
  rows: number;
}

export function addDataRecipe(data: Command, context: CommandContext): void {
  withCommon(data.command('recipe'))
    .description("show a dataset's recipe, or change it: each change makes a new version")
    .argument('[dataset]', "the dataset's name, its id or the beginning of it, or a version's id")
    .option('--show', 'show it (what it does without any other option)')
    .option(
      '--set <what>',
      "a recipe's file (YAML or JSON), which takes the place of all steps; or, with --add, key=value, as often as needed",
      collected,
    )
    .option('--add <kind>', 'a step more, at the end')
    .option('--remove <n>', 'the step at this place, from 1', place)
    .option('--move <from:to>', 'a step to another place', places)
    .option('--toggle <n>', 'turn the step at this place off, or on again', place)
    .option('--clear', 'all steps: back to the table as it was imported')
    .option('--out <file>', 'write the recipe there: as YAML (.yaml, .yml), else as JSON')
    .option(
      '--preview [n]',
      'show what the step at this place (the last one; 0: as imported) does to real samples; with --add, --set or another change: what it would do. Nothing is stored',
      previewed,
    )
    .option('--rows <n>', 'samples that --preview shows', integer(1, 40), 10)
    .option('--steps', 'list every kind of step with its settings')
    .addHelpText(
      'after',
      `
A recipe prepares a table's rows, step by step, from the table as it was imported. One of images or sounds says which of them stay (copies,
unlabelled, filter, rebalance): files, classes, annotations and splits go with their samples, and no pixel is stored twice. What a condition
can ask of them: name, folder, split, class, group, annotations; of images width and height (as the files have it), of sounds seconds and
loudness (dB). Steps that learn (means, categories, …) learn from the
training split alone. Rows that a step leaves out are out of the dataset; rows to be predicted are never left out. The recipe goes
along with every run trained on the version, into its predictions and its exported file.

A recipe's file is for people to read, keep and use on other datasets:

  version: 1
  steps:
    - kind: fill
      settings:
        columns: [age, hours]
        with: median
    - kind: standard
      enabled: false

Settings that are left out are as usual; what steps learn is not in it. JSON says the same: {"version": 1, "steps": [{"kind": "standard",
"id": "a", "enabled": true, "settings": {"columns": ["age"]}}, …]}. What is wrong with a file is told with its line: steps and settings that
there are not, columns that the dataset lacks, each with what is called alike. Aliases, tags and files over 4 MiB are refused.

--preview tries a step before it is applied, or looks at one that is: on up to 2,000 rows of a table spread over all of it, on all images and
sounds. It tells how many samples are left out or added, which columns go and come, and of some samples each cell before → after.

JSON: {"dataset","version","version_number","change","samples","recipe","columns":[{"name","type","role"}]}; with --steps one line per
      kind: {"kind","name","help","group","of","learns","drops_rows","model","settings":[…]}; "of": table, images, audio; "model": "inside" an exported file, to be done
      "before" it, or "apart" from models; with --preview {"dataset","version","step","kind","sampled","dropped","added","columns_before":[{"name",
      "type"}],"columns_after":[…]}, then a line a sample {"row","split","dropped","before":{column:cell},"after":{…}}

Examples:
  $ atelier data recipe adult --add fill --set columns=age --set with=median
  $ atelier data recipe adult --add filter --set "condition=age >= 18 and city is not missing"
  $ atelier data recipe adult --add standard --set columns=age --preview
  $ atelier data recipe adult --preview 2 --rows 5 --json
  $ atelier data recipe adult --out adult.recipe.yaml
  $ atelier data recipe other --set adult.recipe.yaml
  $ atelier data recipe pets --add copies
  $ atelier data recipe pets --add filter --set "condition=width >= 64 and class != 'unknown'"
  $ atelier data recipe adult --remove 2 --json
  $ atelier data recipe --steps`,
    )
    .action((dataset: string | undefined, options: Options) =>
      recipe(new Session(context, 'data recipe', options), dataset, options),
    );
}

async function recipe(session: Session, text: string | undefined, options: Options): Promise<void> {
  if (options.steps) return tellSteps(session.out);
  if (text === undefined) {
    throw new AtelierError(
      'bad_arguments',
      'Name the dataset: atelier data recipe NAME (or --steps for every kind of step).',
    );
  }
  const change = changeOf(session, options);
  if (options.preview !== undefined) {
    const at = options.preview === true ? undefined : options.preview;
    return tellPreview(session, text, at, options.rows, ({ manifest }) => {
      const before = manifest.recipe ?? emptyRecipe;
      return change ? change(before, manifest) : before;
    });
  }
  if (change === null) {
    return session.read((store) =>
      show(session, options, store, getVersion(store, resolveDataset(store, text).version)),
    );
  }
  await session.own(async (studio) => {
    const version = studio.datasets.version(resolveDataset(studio.reading, text).version);
    const next = await change(version.manifest.recipe ?? emptyRecipe, version.manifest);
    const made = await studio.datasets.revise({ version: version.id, recipe: next }).result;
    show(session, options, studio.reading, made);
  });
}

type Change = (before: Recipe, manifest: Manifest) => Recipe | Promise<Recipe>;

/** What the options ask for; null where it is only to be shown. Errors: bad_arguments, and those of reading a recipe. */
function changeOf(session: Session, options: Options): Change | null {
  const { set = [], add, remove, move, toggle, clear } = options;
  const asked = [add, remove, move, toggle, clear].filter((each) => each !== undefined).length;
  const file = add === undefined ? set : [];
  if (asked + file.length > 1) {
    throw new AtelierError(
      'bad_arguments',
      'One change at a time: --set FILE, --add, --remove, --move, --toggle or --clear.',
    );
  }
  if (add !== undefined) return (before) => added(before, infoOf(stepInfos, add), set);
  if (file.length === 1) {
    const path = session.path(file[0]);
    return (_, manifest) => recipeFromFile(path, manifest);
  }
  if (clear) return () => emptyRecipe;
  if (remove !== undefined)
    return (before) => ({ ...before, steps: before.steps.toSpliced(indexOf(before, remove), 1) });
  if (toggle !== undefined) {
    return (before) => {
      const at = indexOf(before, toggle);
      return { ...before, steps: before.steps.with(at, { ...before.steps[at], enabled: !before.steps[at].enabled }) };
    };
  }
  if (move !== undefined) {
    return (before) => {
      const [from, to] = move.map((place) => indexOf(before, place));
      return { ...before, steps: before.steps.toSpliced(from, 1).toSpliced(to, 0, before.steps[from]) };
    };
  }
  return null;
}

function added(before: Recipe, info: StepInfo, set: readonly string[]): Recipe {
  const settings = Object.fromEntries(
    set.map((each) => {
      const at = each.indexOf('=');
      if (at > 0) return [each.slice(0, at).trim(), each.slice(at + 1)];
      throw new AtelierError(
        'bad_arguments',
        `--set ${each}: with --add it is written key=value, e.g. columns=age,city.`,
      );
    }),
  );
  const step = {
    id: stepId(
      info.kind,
      before.steps.map(({ id }) => id),
    ),
    kind: info.kind,
    settings: completeStep(info, { ...newSettings(info), ...settings }),
    enabled: true,
  };
  return { version: 1, steps: [...before.steps, step] };
}

function indexOf({ steps }: Recipe, at: number): number {
  if (at <= steps.length) return at - 1;
  throw new AtelierError('bad_arguments', `There is no step ${at}; the recipe has ${steps.length}.`);
}

const sampleWords = { table: 'rows', images: 'images', audio: 'sounds' };

function show(session: Session, { out: file }: Options, store: Readable, version: DatasetVersion): void {
  const { out } = session;
  const { manifest } = version;
  const steps = manifest.recipe?.steps ?? [];
  if (file !== undefined) {
    const path = session.path(file);
    writeFileSync(path, recipeFileText(path, manifest.recipe ?? emptyRecipe, store, version));
    out.note(`Written: ${path}`);
  }
  out.record({
    dataset: version.dataset,
    version: version.id,
    version_number: version.number,
    change: version.change,
    samples: manifest.samples,
    recipe: manifest.recipe ?? emptyRecipe,
    columns: manifest.columns.map(({ name, type, role }) => ({ name, type, role })),
  });
  out.text(
    `Version ${version.number} (${version.id}): ${count(manifest.samples)} ${sampleWords[manifest.kind]}${manifest.kind === 'table' ? `, ${manifest.columns.length} columns` : ''}`,
  );
  if (steps.length === 0)
    out.text('No recipe: the samples are as they were imported. Add a step: --add KIND (--steps lists them)');
  steps.forEach(({ kind, settings, enabled }, i) => {
    const words = Object.entries(settings).flatMap(([key, value]) => {
      const said = Array.isArray(value) ? value.join(',') : String(value);
      return said === '' ? [] : [`${key}=${said}`];
    });
    out.text(
      `${String(i + 1).padStart(3)}  ${kind}${words.length > 0 ? `  ${words.join('  ')}` : ''}${enabled ? '' : '  (off)'}`,
    );
  });
}

function tellSteps(out: Output): void {
  for (const { kind, group, of, fields, learns, dropsRows, model } of stepInfos) {
    out.record({
      kind,
      name: stepName(kind),
      help: stepHelp(kind),
      group,
      of,
      learns,
      drops_rows: dropsRows,
      model,
      settings: fields,
    });
    out.text(`${kind}  ${stepName(kind)}. ${stepHelp(kind)} [${of.join(', ')}]`);
    for (const field of fields) {
      const where = field.only ? `; only where ${field.only.key} is ${field.only.is.join(' or ')}` : '';
      out.text(`    ${field.key}: ${rangeOf(field)}${where}`);
    }
  }
}

function rangeOf(field: StepField): string {
  switch (field.kind) {
    case 'columns':
      return `column names, with commas (${field.required ? 'needed' : 'default: every feature that fits'})`;
    case 'integer':
      return `whole number, ${field.min} to ${field.max} (default ${field.default})`;
    case 'number':
      return `${field.min} to ${field.max} (default ${field.default})`;
    case 'choice':
      return `${field.choices.join(', ')} (default ${field.default})`;
    case 'choices':
      return `some of ${field.choices.join(', ')}, with commas (default ${field.default.join(',')})`;
    case 'boolean':
      return `true or false (default ${field.default})`;
    case 'text':
      return `text${field.required ? ' (needed)' : field.random ? ' (default: drawn at random when the step is added)' : ''}`;
  }
}

const collected = (value: string, before: string[] = []): string[] => [...before, value];

function place(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is the place of a step: 1 is the first.');
}

function previewed(text: string): number {
  return text === '0' ? 0 : place(text);
}

function places(text: string): [number, number] {
  const found = /^(\d+):(\d+)$/.exec(text);
  if (!found) throw new InvalidArgumentError('It is written from:to, e.g. 3:1.');
  return [place(found[1]), place(found[2])];
}
