import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import type { MadeExport } from '../jobs/exports.ts';
import { resolveRun } from '../jobs/resolve.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ExportRecord } from '../shared/run.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { bytes, count } from './format.ts';
import { withCommon } from './options.ts';
import type { Output } from './output.ts';

interface Options extends CommonOptions {
  out?: string;
}

export function addExport(program: Command, context: CommandContext): void {
  withCommon(program.command('export'))
    .description("write a run's best checkpoint as one ONNX file, checked against the run's own predictions")
    .argument('<run>', "the run's name, its id or the beginning of it")
    .option('--out <file>', "where to write it (default: the workspace's exports folder); an existing file is replaced")
    .addHelpText(
      'after',
      `
The file takes raw input (a CSV row's cells, texts, or uint8 pixels) and gives class probabilities and labels, or the value, in
any ONNX Runtime. An autoencoder's gives the reconstruction (an image, or a table's columns, each as it went in), the code and
the error of each sample; a generator's takes "latent", standard normal numbers, and gives "image", uint8 pixels. It is opened
again in a plain session, and kept only if it agrees with the run. Of texts it reads words and characters by itself; with byte
pairs, or a tokenizer that you brought, it takes "input_ids", and a tokenizer.json lies beside it.

A dataset's recipe is in the file: it takes rows as they were imported, numbers as float64 with NaN for missing. A step that ONNX
has no form for is named, and its column goes in as it is after that step ("atelier predict" does such steps by itself).

JSON: {"export","run","path","bytes","sha256","tokenizer","parity":{"samples","split","max_difference","agreement","tolerance","passed"},
      "steps_before":[{"input","column","step","kind"}]}; "split" is null where the samples are generated

Examples:
  $ atelier export "iris · mlp" --out iris.onnx`,
    )
    .action((run: string, options: Options) => exportModel(new Session(context, 'export', options), run, options));
}

async function exportModel(session: Session, text: string, options: Options): Promise<void> {
  const out = options.out === undefined ? undefined : outFile(session.path(options.out));
  await session.own(async (studio) => {
    const run = resolveRun(studio.reading, text);
    const made = await studio.exportRun({ run, out }).result;
    tellExport(session.out, made, made.stepsBefore);
  });
}

function outFile(path: string): string {
  const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'model.onnx') : path;
  if (existsSync(dirname(file))) return file;
  throw new AtelierError(
    'no_such_folder',
    `There is no folder ${dirname(file)}. Make it, or choose another place (--out).`,
  );
}

export function exportJson(made: ExportRecord): Record<string, unknown> {
  const { id, run, path, bytes: size, sha256, tokenizer, parity } = made;
  const { samples, split, maxDifference, agreement, tolerance, passed } = parity;
  return {
    export: id,
    run,
    path,
    bytes: size,
    sha256,
    tokenizer,
    parity: { samples, split, max_difference: maxDifference, agreement, tolerance, passed },
  };
}

export function tellExport(out: Output, made: ExportRecord, stepsBefore: MadeExport['stepsBefore'] = []): void {
  out.record({ ...exportJson(made), steps_before: stepsBefore });
  const { samples, split, maxDifference, agreement } = made.parity;
  out.text(`Exported ${made.path} (${bytes(made.bytes)})`);
  if (made.tokenizer !== null) {
    out.text(`It takes tokens. ${made.tokenizer} makes them of texts, by Hugging Face's tokenizers in any language.`);
  }
  for (const { input, column, step, kind } of stepsBefore) {
    out.text(
      `Its input "${input}" is the column "${column}" after step ${step} of the recipe (${kind}), which no graph can do: do that first.`,
    );
  }
  out.text(
    `Checked on ${count(samples)} ${split ? `samples of the ${split} split` : 'generated samples'}: ${(100 * agreement).toFixed(agreement === 1 ? 0 : 2)} % the same, largest difference ${maxDifference.toExponential(1)}`,
  );
}
