import { Command, CommanderError } from 'commander';
import { AtelierError, errorFacts } from '../shared/errors.ts';
import type { CommandContext } from './context.ts';
import { addArchitectures } from './architectures.ts';
import { addCompile } from './compile.ts';
import { addCrossValidate } from './cross-validate.ts';
import { addData } from './data.ts';
import { addDocumentsCommand } from './documents.ts';
import { addDoctor } from './doctor.ts';
import { addEvaluate } from './evaluate.ts';
import { addExport } from './export.ts';
import { addFirstRun } from './first-run.ts';
import type { Host } from './host.ts';
import { addImport } from './import.ts';
import { addLabels } from './labels.ts';
import { addLicences } from './licences.ts';
import { addGenerate } from './generate.ts';
import { addPredict } from './predict.ts';
import { addModels } from './models.ts';
import { addPrompts } from './prompts.ts';
import { addRunsActs } from './runs-acts.ts';
import { addRunsCheckpoints } from './runs-checkpoints.ts';
import { addRunsWeights } from './runs-weights.ts';
import { addRunsCompare } from './runs-compare.ts';
import { addRunsImportance } from './runs-importance.ts';
import { addRunsExchange } from './runs-exchange.ts';
import { addRunsList } from './runs-list.ts';
import { addRunsMark } from './runs-mark.ts';
import { addRunsQueue } from './runs-queue.ts';
import { addRunsShow } from './runs-show.ts';
import { addScore } from './score.ts';
import { addStudies } from './studies.ts';
import { addTrain } from './train.ts';
import { addTune } from './tune.ts';

/** What is wrong with the words typed, rather than with what they refer to: exit code 2. */
const badArguments = new Set([
  'bad_arguments',
  'too_few_beams',
  'invalid_settings',
  'unknown_architecture',
  'unknown_step',
  'invalid_recipe',
  'invalid_condition',
  'invalid_filter',
  'unknown_field',
  'invalid_space',
  'invalid_study',
  'outside_space',
  'sampler_unsuitable',
  'pruner_unsuitable',
  'ambiguous_run',
  'ambiguous_dataset',
  'ambiguous_study',
  'ambiguous_prompt',
  'ambiguous_collection',
  'no_such_view',
]);

/** Runs one command; the answer is the exit code: 0 done, 1 failed, 2 bad arguments. */
export async function runCli(args: readonly string[], host: Host): Promise<number> {
  const context: CommandContext = { host };
  const program = makeProgram(context, args.includes('--json'));
  try {
    await program.parseAsync(asked(args), { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (error.code !== 'commander.help') {
        host.stderr.write(
          `error: bad_arguments: ${error.message.replace(/^error: /, '')} ("atelier help" tells more.)\n`,
        );
      }
      return 2;
    }
    const facts = errorFacts(error);
    host.stderr.write(`error: ${facts.code}: ${facts.message}\n`);
    // An unknown failure shows where it came from; a known one its facts (log lines, file names).
    for (const line of facts.details) host.stderr.write(`  ${line}\n`);
    return error instanceof AtelierError && badArguments.has(facts.code) ? 2 : 1;
  }
}

/** "help runs queue" is about that command, and not about the group that it is in. */
const asked = (args: readonly string[]): string[] =>
  args[0] === 'help' && args.length > 2 ? [...args.slice(1), '--help'] : [...args];

export function makeProgram(context: CommandContext, json: boolean): Command {
  const { host } = context;
  const program = new Command('atelier')
    .description('Train, compare and export models on your own machine: the studio without its window.')
    .version(host.appVersion, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      // With --json, stdout is for JSON alone.
      writeOut: (text) => void (json ? host.stderr : host.stdout).write(text),
      writeErr: (text) => void host.stderr.write(text),
      // Told by runCli, in the form that all errors have.
      outputError: () => {},
    })
    .addHelpText(
      'after',
      `
The workspace is the one the window had open last; before there was one, ~/.local/share/atelier/workspace on Linux,
~/Library/Application Support/Atelier/workspace on macOS, %APPDATA%\\Atelier\\workspace on Windows. ATELIER_WORKSPACE or
--workspace name another. One program at a time may change a workspace; lists, evaluate and predict work meanwhile.

With --json a command writes one JSON object per line to stdout and nothing else there; people's text goes to stderr.
Exit codes: 0 done; 1 failed, with "error: <code>: <what and what to do>" on stderr; 2 bad arguments.

Examples:
  $ atelier first-run
  $ atelier import iris.csv
  $ atelier train --data iris --architecture mlp --epochs 50
  $ atelier runs list
  $ atelier export "iris · mlp" --out iris.onnx
  $ atelier predict iris.onnx new-rows.csv`,
    );
  addImport(program, context);
  addData(program, context);
  addLabels(program, context);
  addTrain(program, context);
  addCrossValidate(program, context);
  addArchitectures(program, context);
  const runs = program
    .command('runs')
    .description('list, show, compare, tag and archive runs; queue, pause and resume them; export and import them')
    .helpCommand('help [command]', 'print help for a command');
  addRunsList(runs, context);
  addRunsShow(runs, context);
  addRunsCompare(runs, context);
  addRunsImportance(runs, context);
  addRunsMark(runs, context);
  addRunsQueue(runs, context);
  addRunsActs(runs, context);
  addRunsCheckpoints(runs, context);
  addRunsWeights(runs, context);
  addRunsExchange(runs, context);
  addEvaluate(program, context);
  addScore(program, context);
  addPredict(program, context);
  addGenerate(program, context);
  addModels(program, context);
  addPrompts(program, context);
  addDocumentsCommand(program, context);
  addExport(program, context);
  addCompile(program, context);
  addTune(program, context);
  addStudies(program, context);
  addDoctor(program, context);
  addLicences(program, context);
  addFirstRun(program, context);
  return program;
}
