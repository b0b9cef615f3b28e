import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Option, type Command } from 'commander';
import { getRun } from '../db/runs.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { AtelierError } from '../shared/errors.ts';
import { programLanguages, type ModelUse, type ProgramLanguage } from '../shared/model-use.ts';
import type { ExportRecord } from '../shared/run.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { bytes, count } from './format.ts';
import { withCommon } from './options.ts';
import type { Output } from './output.ts';

interface Options extends CommonOptions {
  out?: string;
  calibrate?: boolean;
  usage?: ProgramLanguage;
}

export function addExport(program: Command, context: CommandContext): void {
  withCommon(program.command('export'))
    .description(
      "write a run's best checkpoint as one ONNX file (a language model as a folder), checked against the run's own predictions",
    )
    .argument('<run>', "the run's name, its id or the beginning of it")
    .option('--out <file>', "where to write it (default: the workspace's exports folder); an existing file is replaced")
    .option('--calibrate', 'of a classifier: divide its logits by the temperature that suits the validation split best')
    .addOption(
      new Option('--usage <language>', 'also write a program that uses the file, to stdout').choices(programLanguages),
    )
    .addHelpText(
      'after',
      `
The file takes raw input (a CSV row's cells, texts, or uint8 pixels) and gives class probabilities and labels, or the value, in
any ONNX Runtime. An autoencoder's gives the reconstruction (an image, or a table's columns, each as it went in), the code and
the error of each sample; a generator's takes "latent", standard normal numbers, and gives "image", uint8 pixels. It is opened
again in a plain session, and kept only if it agrees with the run. Of texts it reads words and characters by itself; with byte
pairs, or a tokenizer that you brought, it takes "input_ids", and a tokenizer.json lies beside it.

With --calibrate the probabilities of a classifier are scaled by a temperature (Guo et al., 2017) within the graph: labels stay, and how sure it is
comes nearer to how often it is right. The file's metadata say it under "atelier.temperature".

A dataset's recipe is in the file: it takes rows as they were imported, numbers as float64 with NaN for missing. A step that ONNX
has no form for is named, and its column goes in as it is after that step ("atelier predict" does such steps by itself).

A language model becomes a folder of Hugging Face's layout: config.json, tokenizer.json, tokenizer_config.json, for one that writes
generation_config.json, and onnx/model.onnx. It takes "input_ids" and "attention_mask" and gives "logits"; one that writes also takes
"position_ids" and its cache, "past_key_values.N.key" and ".value", and gives "present.N.key" and ".value". It is checked with the
cache and without.

With --usage the program that follows gives the file the first sample of its dataset, under the names that its inputs have, and prints what it says.
A file that takes tokens, or a language model's folder, has none in some languages: that is said.

JSON: {"export","run","path","bytes","sha256","tokenizer","folder","parity":{"samples","split","max_difference","agreement","tolerance","passed"},
      "steps_before":[{"input","column","step","kind"}]}; "split" is null where the samples are generated; with --usage also
      "inputs" and "outputs":[{"name","type","shape"}], "programs":[{"language","text"}]

Examples:
  $ atelier export "iris · mlp" --out iris.onnx
  $ atelier export "iris · mlp" --usage python`,
    )
    .action((run: string, options: Options) => exportModel(new Session(context, 'export', options), run, options));
}

async function exportModel(session: Session, text: string, options: Options): Promise<void> {
  await session.own(async (studio) => {
    const run = resolveRun(studio.reading, text);
    const given = options.out === undefined ? undefined : session.path(options.out);
    const place = getRun(studio.reading, run).task === 'language' ? outFolder : outFile;
    const out = given === undefined ? undefined : place(given);
    const made = await studio.models.export({ run, out, calibrate: options.calibrate }).result;
    const use = options.usage === undefined ? undefined : await studio.models.use(made.id);
    tellExport(session.out, made, use);
    if (use) tellUsage(session.out, use, options.usage!);
  });
}

/** A language model is a folder, which may be there already. */
function outFolder(path: string): string {
  if (path.toLowerCase().endsWith('.onnx') || (existsSync(path) && !statSync(path).isDirectory())) {
    throw new AtelierError(
      'not_a_folder',
      `A language model is exported as a folder with its tokenizer and configuration, and ${path} is a file. Give --out a folder's name.`,
    );
  }
  if (existsSync(dirname(path))) return path;
  throw noFolder(dirname(path));
}

const noFolder = (folder: string): AtelierError =>
  new AtelierError('no_such_folder', `There is no folder ${folder}. Make it, or choose another place (--out).`);

function outFile(path: string): string {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'model.onnx') : path;
  if (existsSync(dirname(file))) return file;
  throw noFolder(dirname(file));
}

export function exportJson(made: ExportRecord): Record<string, unknown> {
  const { id, run, path, bytes: size, sha256, tokenizer, folder, parity } = made;
  const { samples, split, maxDifference, agreement, tolerance, passed } = parity;
  return {
    export: id,
    run,
    path,
    bytes: size,
    sha256,
    tokenizer,
    folder,
    parity: { samples, split, max_difference: maxDifference, agreement, tolerance, passed },
  };
}

export function tellExport(out: Output, made: ExportRecord, use?: ModelUse): void {
  out.record({
    ...exportJson(made),
    steps_before: made.stepsBefore,
    ...(use && { inputs: use.inputs, outputs: use.outputs, programs: use.programs }),
  });
  const { samples, split, maxDifference, agreement } = made.parity;
  out.text(`Exported ${made.folder ?? made.path} (${bytes(made.bytes)})`);
  if (made.folder !== null) {
    out.text('The folder is laid out as Hugging Face’s: transformers.js and Optimum open it.');
  } else if (made.tokenizer !== null) {
    out.text(`It takes tokens. ${made.tokenizer} makes them of texts, by Hugging Face's tokenizers in any language.`);
  }
  for (const { input, column, step, kind } of made.stepsBefore) {
    out.text(
      `Its input "${input}" is the column "${column}" after step ${step} of the recipe (${kind}), which no graph can do: do that first.`,
    );
  }
  out.text(
    `Checked on ${count(samples)} ${split ? `samples of the ${split} split` : 'generated samples'}: ${(100 * agreement).toFixed(agreement === 1 ? 0 : 2)} % the same, largest difference ${maxDifference.toExponential(1)}`,
  );
}

function tellUsage(out: Output, { programs }: ModelUse, language: ProgramLanguage): void {
  const program = programs.find((one) => one.language === language);
  if (program) return out.text(`\n${program.text.trimEnd()}`);
  const others = programs.map((one) => one.language).join(', ');
  out.note(`There is no program in ${language} for this file, which takes tokens or noise. There are: ${others}.`);
}
