import { type Command } from 'commander';
import { prunerTable } from '../search/pruners/index.ts';
import { samplerTable } from '../search/samplers/index.ts';
import { Tunables } from '../shared/tunable.ts';
import { Session, type CommandContext } from './context.ts';
import { integer, number, withCommon } from './options.ts';
import { tuneFunction } from './tune-function.ts';
import { readStudy, type TuneOptions } from './tune-options.ts';
import { tuneStudy } from './tune-study.ts';

export function addTune(program: Command, context: CommandContext): void {
  const settings = new Tunables(context.host.architectures).all;
  const names = (place: string) => settings.filter((each) => each.place === place).map((each) => each.name);
  withCommon(program.command('tune'))
    .description('search for the settings under which a training, or a function of your own, is best')
    .argument('[study]', 'the study, as YAML or JSON: what is trained, its space, metric, sampler, pruner, budget')
    .option('--data <dataset>', 'what to train on, as for "train" (default: as the study says)')
    .option('--target <column>', "the column to predict (default: the dataset's)")
    .option('--architecture <name>', 'the kind of net (default: as the study says, else as suits the data)')
    .option('--epochs <n>', "of each trial (default: as the study says, else the architecture's)", integer(1, 10_000))
    .option('--name <name>', "the study's name (default: as the study says)")
    .option('--function <module.mjs>', 'export default async (params, report) => value: tried in place of a training')
    .option('--space <space.json>', 'the parameters alone, in place of a study file')
    .option(
      '--trials <n>',
      'how many settings to try (default: as the study says, else 50; of a function 100)',
      integer(1, 1_000_000),
    )
    .option('--timeout <seconds>', 'ends the search after so long', number(0, 1e8, true))
    .option('--until-no-better <n>', 'ends when so many trials were no better than the best', integer(1, 1_000_000))
    .option('--trial-timeout <seconds>', 'a trial that takes longer counts as hung and is ended', number(0, 1e8, true))
    .option('--workers <n>', 'trials at once, each in a process of its own (default: 1)', integer(1, 256))
    .option('--direction <which>', 'minimize or maximize (default: as the study says, else by the metric)')
    .option('--sampler <name>', `${Object.keys(samplerTable).join(', ')} (default: as the study says, else auto)`)
    .option(
      '--pruner <name>',
      `${Object.keys(prunerTable).join(', ')} (default: as the study says, else median; of a function none)`,
    )
    .option('--seed <n>', 'with one worker the same seed tries the same settings', integer(0, Number.MAX_SAFE_INTEGER))
    .option('--new', 'a study of its own, where one of this name that searches for the same has not finished')
    .addHelpText(
      'after',
      `
A study of trainings, in YAML (or the same as JSON):

  name: glyphs
  data: glyphs                       # a dataset, as for "train"; target: the column to predict
  architecture: cnn                  # default: as suits the data; several go into the space
  epochs: 10                         # of each trial; default: the architecture's
  metric: accuracy                   # of the validation split; metrics: [accuracy, parameters] weighs several
  limits: [size_bytes <= 200000, latency_ms <= 2]   # what the best must keep to
  settings: {batch: 64, optimizer: adamw, augment.shift: 0.1}   # the same in every trial
  space:
    lr: {type: float, low: 1e-4, high: 1e-1, log: true}
    channels: {type: categorical, choices: ["8,16", "16,32"]}
    dropout: {type: float, low: 0, high: 0.5}
    schedule: {type: categorical, choices: [cosine, one-cycle]}
    warmup: {type: float, low: 0, high: 0.2, when: {schedule: cosine}}
  start: [{lr: 0.01, dropout: 0}]    # tried first; what is not named is filled in
  from: [glyphs-before]              # studies whose trials count as known
  trials: 40
  timeout: 3600                      # seconds in all; until_no_better: 15; trial_timeout: 600
  workers: 2

Settings have the names that "train" has for them, in "settings" and in the space alike:
  ${['architecture', ...names('training')].join(', ')}
  ${names('learning').join(', ')}
  ${names('augment').join(', ')} (word-synonym: with synonyms, a list as "train --json" and "runs show" name it)
  and the architecture's own ("atelier help train" lists them with their ranges); set.NAME where the training has one of that name.
Of data with a recipe also recipe.STEP (true, false: whether the step is done) and recipe.STEP.SETTING, in the space alone, by the ids that
"atelier data recipe" shows: each such trial is trained on a version of its own. Not of steps that change what is scored: those that leave
rows out of every split, and those on the target.
What a trial's net does not have, or what does nothing beside its other settings, is left out of that trial.
Metrics: accuracy, balanced_accuracy, f1, precision, recall, log_loss, loss (classes); loss, rmse, mae, r2 (numbers); mse, psnr;
  perplexity, bits_per_character; parameters, samples_per_second; size_bytes, latency_ms: the exported file is measured at the end of each
  trial, the median time of one sample with one thread on this machine (other trials at work make it longer). The others are those of a run's best checkpoint on the validation split; the
  test split is not to be tuned by. Accuracy and loss are told after each epoch: only by these can trials be pruned.

Each trial is a run ("NAME · 3", tagged with the study's name) in the workspace's queue. What is asked for is stored before it starts,
its end with its run's. Ctrl-C saves checkpoints and pauses the study; the same command, or "atelier studies resume", goes on, also after
the program or the machine died: runs go on from their last checkpoints, a run whose process dies is begun three times at most. With one
worker a study repeats exactly, also when it was cut short in between.

A space: {"lr": {"type": "float", "low": 1e-5, "high": 1, "log": true}, "depth": {"type": "int", "low": 1, "high": 12},
  "kind": {"type": "categorical", "choices": ["a", "b"]}, "on": {"type": "boolean"},
  "extra": {"type": "float", "low": 0, "high": 1, "step": 0.1, "when": {"kind": "a"}}}; constraints: ["width * depth <= 512"].
A sampler or pruner may be an object with options: {"type": "hyperband", "whole": 81, "factor": 3}.
The configuration of a Weights & Biases sweep ("method", "metric", "parameters", "early_terminate", "run_cap") is read as a study, too, as
long as its settings have the names above.

With --function a study is {"name", "direction": "minimize"|"maximize" or "directions": […], "sampler", "pruner", "seed", "constraints",
"space", "start" and the budget, as above}. Until it has ended its trials are kept in the workspace: killed, it goes on by the same command (--new begins anew). A trial whose
process dies is begun three times at most. The function gets the settings and \`report(value, step)\`, which returns a promise: it rejects when the
trial is pruned. It returns a number, or a list of numbers for several directions. What it throws, a number that is not finite, a crash or
a trial that hangs fails that trial only; what it prints goes to stderr. A rate, a step, a choice are always inside of the space; a
parameter whose "when" does not hold is absent.

JSON: of trainings first {"event":"started","study","name","metrics",…}; for each trial {"event":"trial","trial","state":"complete"|
"pruned"|"failed","value" (several: "values"),"params","why","ended","seconds", of trainings "run"}, last {"event":"finished",
"best":{"value","params","trial"} or null,"front" (several directions),"trials","complete","pruned","failed"}.

Examples:
  $ atelier tune study.yaml --trials 40 --workers 2
  $ atelier tune --data iris --architecture mlp --space space.json --until-no-better 20 --json
  $ atelier tune study.json --function objective.mjs --trials 200 --workers 4 --json
  $ atelier tune --space space.json --function objective.mjs --sampler cma-es --seed 1 --trial-timeout 60`,
    )
    .action((file: string | undefined, options: TuneOptions) =>
      tune(new Session(context, 'tune', options), file, options),
    );
}

async function tune(session: Session, file: string | undefined, options: TuneOptions): Promise<void> {
  const written = readStudy(session, file, options);
  const { function: module } = options;
  if (module === undefined) return tuneStudy(session, written, options);
  return tuneFunction(session, written, { ...options, function: module });
}
