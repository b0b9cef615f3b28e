import type { Command } from 'commander';
import { predictParams } from '../jobs/models.ts';
import { resolveModel } from '../jobs/resolve.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { AtelierError } from '../shared/errors.ts';
import { count, metric } from './format.ts';
import { usualSampling } from '../shared/training-defaults.ts';
import { integer, number, withCommon } from './options.ts';

interface Options extends CommonOptions {
  text?: string[];
  maxTokens?: number;
  temperature?: number;
  seed?: number;
  out?: string;
  id?: string[];
  probabilities?: true;
  threads: number;
}

export function addPredict(program: Command, context: CommandContext): void {
  withCommon(program.command('predict'))
    .description('predict the rows of CSV files, images, sounds, or texts')
    .argument('<model>', "a run's name, its id or the beginning of it, an .onnx file, or a language model's folder")
    .argument(
      '[file...]',
      'CSV files with the columns the model was trained on, image files, sound files, folders of these, or text files',
    )
    .option('--text <text>', 'a text for a model of texts; may be repeated', (text, all: string[] = []) => [
      ...all,
      text,
    ])
    .option(
      '--max-tokens <n>',
      `a language model writes so many tokens at most (default: ${usualSampling.tokens})`,
      integer(1, 100_000),
    )
    .option(
      '--temperature <t>',
      `0: always the likeliest token; higher: more chance (default: ${usualSampling.temperature})`,
      number(0, 100),
    )
    .option('--seed <n>', `decides what chance gives (default: ${usualSampling.seed})`, integer(0, 2 ** 32 - 1))
    .option('--out <file>', 'write the predictions as CSV into this file; an existing one is replaced')
    .option(
      '--id <column>',
      'with --out: a column of the rows that comes first; may be repeated (default: one called like an id)',
      (text, all: string[] = []) => [...all, text],
    )
    .option('--probabilities', 'with --out: a column for the probability of each class, too')
    .option('--threads <n>', 'CPU threads; 0: as fits the machine', integer(0, 256), 0)
    .addHelpText(
      'after',
      `
A model that reads one column of texts takes a file called .txt or .md as one text.

JSON: one line per row, image, sound or text: {"input","label","probabilities":{class:share}}, of several classes with "labels", or
{"input","value"} for a number, or of an
      autoencoder {"input","error","code":[…],"reconstruction":{column:value}} (of a table; null: missing): a high error
      says that a sample is unlike those it was trained on. A generator has nothing to predict.

With --out the file has a row for each: what tells it (its id, else file and line), and what is predicted under the target's name, as
competitions want it. JSON: {"path","rows"}.

A language model takes texts. One that writes (gpt) goes on with each, up to its end token or --max-tokens; the same seed gives the
same text. JSON: {"input","continuation","tokens"}. One that guesses (bert) fills in what is masked, [MASK] with a tokenizer made here:
{"input","guesses":[[{"text","probability"},…],…]}, for each masked place the five likeliest. Of an exported one the folder is enough.

Examples:
  $ atelier predict "iris · mlp" new-rows.csv
  $ atelier predict houses test.csv --out submission.csv          # Id,SalePrice
  $ atelier predict glyphs.onnx a.png b.png --json
  $ atelier predict digits.onnx new-recordings/
  $ atelier predict spam.onnx --text "You have won a prize" letter.txt
  $ atelier predict shakespeare-gpt --text "ROMEO:" --max-tokens 200 --temperature 0.7`,
    )
    .action((model: string, files: string[], options: Options) =>
      predict(new Session(context, 'predict', options), model, files, options),
    );
}

async function predict(session: Session, text: string, files: string[], options: Options): Promise<void> {
  const { out } = session;
  if (options.out === undefined && (options.id || options.probabilities))
    throw new AtelierError('bad_arguments', '--id and --probabilities say what --out writes: give that too.');
  await session.readIfAny(async (store) => {
    const model = resolveModel(store, text, session.host.cwd);
    const paths = files.map((file) => session.path(file));
    const params = predictParams(store, session.folder, {
      model,
      paths,
      texts: options.text,
      sampling: {
        tokens: options.maxTokens ?? usualSampling.tokens,
        temperature: options.temperature ?? usualSampling.temperature,
        seed: options.seed ?? usualSampling.seed,
      },
      threads: options.threads,
      ...(options.out !== undefined && {
        file: { path: session.path(options.out), ids: options.id, probabilities: options.probabilities },
      }),
    });
    const { predictions, written } = await session.work('predict', text, params);
    if (written) {
      out.record({ path: written.path, rows: written.count });
      out.text(`${count(written.count)} predictions: ${written.path}`);
    }
    for (const { input, label, labels, value, probabilities, reconstruction, continuation, guesses } of predictions) {
      if (continuation) {
        out.record({ input, continuation: continuation.text, tokens: continuation.tokens });
        out.text(`${input}${continuation.text}`);
        continue;
      }
      if (guesses) {
        out.record({ input, guesses });
        out.text(input);
        for (const some of guesses) {
          out.text(
            `\t${some.map(({ text: word, probability }) => `${word} ${metric('accuracy', probability)}`).join('  ')}`,
          );
        }
        continue;
      }
      if (reconstruction) {
        const { error, code, columns } = reconstruction;
        out.record({ input, error, code, ...(columns ? { reconstruction: columns } : {}) });
        out.text(`${input}\t${metric('error', error)}`);
        continue;
      }
      if (labels) {
        out.record({ input, label, labels, probabilities });
        const each = labels.map((name) => `${name} ${metric('accuracy', probabilities?.[name] ?? NaN)}`);
        out.text(`${input}\t${labels.length === 0 ? label : each.join(', ')}`);
        continue;
      }
      out.record(label === null ? { input, value } : { input, label, probabilities });
      const best = label === null ? undefined : probabilities?.[label];
      out.text(
        `${input}\t${label ?? metric('value', value ?? NaN)}${best === undefined ? '' : `\t${metric('accuracy', best)}`}`,
      );
    }
  });
}
