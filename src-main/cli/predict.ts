import type { Command } from 'commander';
import { predictParams } from '../jobs/models.ts';
import { resolveModel } from '../jobs/resolve.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { metric } from './format.ts';
import { integer, withCommon } from './options.ts';

interface Options extends CommonOptions {
  threads: number;
}

export function addPredict(program: Command, context: CommandContext): void {
  withCommon(program.command('predict'))
    .description('predict the rows of CSV files, or images')
    .argument('<model>', "a run's name, its id or the beginning of it, or an .onnx file")
    .argument('<file...>', 'CSV files with the columns the model was trained on, or image files')
    .option('--threads <n>', 'CPU threads; 0: as fits the machine', integer(0, 256), 0)
    .addHelpText(
      'after',
      `
JSON: one line per row or image: {"input","label","probabilities":{class:share}}, or {"input","value"} for a number.

Examples:
  $ atelier predict "iris · mlp" new-rows.csv
  $ atelier predict glyphs.onnx a.png b.png --json`,
    )
    .action((model: string, files: string[], options: Options) =>
      predict(new Session(context, 'predict', options), model, files, options),
    );
}

async function predict(session: Session, text: string, files: string[], options: Options): Promise<void> {
  const { out } = session;
  await session.readIfAny(async (store) => {
    const model = resolveModel(store, text, session.host.cwd);
    const paths = files.map((file) => session.path(file));
    const params = predictParams(store, session.folder, { model, paths, threads: options.threads });
    const { predictions } = await session.work('predict', text, params);
    for (const { input, label, value, probabilities } of predictions) {
      out.record(label === null ? { input, value } : { input, label, probabilities });
      const best = label === null ? undefined : probabilities?.[label];
      out.text(
        `${input}\t${label ?? metric('value', value ?? NaN)}${best === undefined ? '' : `\t${metric('accuracy', best)}`}`,
      );
    }
  });
}
