import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, join, resolve, sep } from 'node:path';
import { Option, type Command } from 'commander';
import { compileTrainingStep } from '../autodiff/compile.ts';
import { foreignModel } from '../autodiff/foreign-model.ts';
import { describeStep } from '../autodiff/step-contract.ts';
import type { Device, Precision } from '../autodiff/types.ts';
import { readModel } from '../onnx/read.ts';
import type { Model } from '../onnx/types.ts';
import { writeModel } from '../onnx/write.ts';
import { AtelierError } from '../shared/errors.ts';
import { compileSettings, lossNames, optimizerNames } from './compile-settings.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { count } from './format.ts';
import { integer, setting, withCommon } from './options.ts';

interface Options extends CommonOptions {
  loss: string;
  optimizer: string;
  set: Record<string, string>;
  trainable?: string;
  output?: string;
  device: Device;
  stepsPerCall: number;
  batch?: number;
  recompute?: boolean;
  precision: Precision;
  out: string;
}

export function addCompile(program: Command, context: CommandContext): void {
  withCommon(program.command('compile'))
    .description('compile a model into a training step: one ONNX file that any ONNX Runtime can run')
    .argument('<forward.onnx>', 'the model, exported from anywhere, of opset 7 to 23')
    .addOption(new Option('--loss <name>', 'what the output is held to').choices(lossNames).default('cross-entropy'))
    .addOption(new Option('--optimizer <name>', 'how the weights move').choices(optimizerNames).default('adam'))
    .option('--set <key=value>', 'a setting of the loss, the optimizer or the update; may be repeated', setting, {})
    .option(
      '--trainable <regex>',
      'names of the initializers to train (default: all float ones that the output follows)',
    )
    .option('--output <name>', 'the output to learn (default: the first)')
    .addOption(new Option('--device <name>', 'where it will run').choices(['cpu', 'webgpu', 'cuda']).default('cpu'))
    .option('--steps-per-call <k>', 'batches that one call takes, one after the other', integer(1, 4096), 1)
    .option('--batch <n>', 'a fixed batch size: more is worked out beforehand (default: any)', integer(1, 1 << 20))
    .option('--recompute', 'compute forward values a second time instead of keeping them: less memory, slower')
    .addOption(
      new Option(
        '--precision <name>',
        'mixed: products and convolutions on numbers of 16 bits, with a loss scale that finds itself (state "loss_scale")',
      )
        .choices(['single', 'mixed'])
        .default('single'),
    )
    .requiredOption('--out <step.onnx>', 'where to write it; step.json and the starting values come beside it')
    .addHelpText(
      'after',
      `
One call takes the inputs, every parameter and every state, and gives the loss, and every parameter and state as they are
after the step; feed those to the next call. Never let a call write into the very buffers it reads.

JSON (one object, also in step.json):
  {"model","steps_per_call",
   "inputs":[{"name","role":"data"|"target"|"second_target"|"target_share"|"learning_rate"|"random","type","shape"}],
   "parameters":[{"name","input","output","type","shape","initialFile"}],
   "state":[{"name","kind","input","output","type","shape","initial" or "initialFile"}],
   "outputs":[{"name","role":"loss"|"logits"|"prediction"|"correct"|…,"type","shape"}],"nodes"}
Types are NumPy's names. A size that is a name is one that each call may choose. "initialFile": the values before the first
step, raw, little-endian, a path beside the model. "random": uniform bytes, new in every step, for Dropout. Data inputs keep
the model's names; with --steps-per-call every input but parameters and state has a leading axis of that length.

Settings (--set):
  loss.labelSmoothing=0.1 loss.classWeights=1,2 loss.ignoreIndex=-100 loss.positiveWeight=3 loss.delta=1 loss.gamma=2 …
  optimizer.weightDecay=0.01 optimizer.beta1=0.9 optimizer.momentum=0.9 optimizer.l1=0.001 optimizer.decoupled=true …
  update.clipNorm=1 update.clipValue=0.5 update.accumulate=4 update.spareVectors=true update.average=0.999

Examples:
  $ atelier compile resnet.onnx --loss cross-entropy --optimizer adamw --set optimizer.weightDecay=0.05 --out step.onnx
  $ atelier compile bert.onnx --trainable "classifier|pooler" --out step.onnx --json`,
    )
    .action((file: string, options: Options) => compile(new Session(context, 'compile', options), file, options));
}

function compile(session: Session, file: string, options: Options): void {
  const { out } = session;
  const { loss, optimizer, update } = compileSettings(options.loss, options.optimizer, options.set);
  const { forward, unused } = foreignModel(readModelFile(session.path(file)), {
    trainable: options.trainable === undefined ? undefined : regex(options.trainable),
    output: options.output,
  });
  if (unused.length > 0) out.note(`Left as they are, since the output does not follow them: ${unused.join(', ')}.`);
  const step = compileTrainingStep(forward, {
    loss,
    optimizer,
    update,
    device: options.device,
    stepsPerCall: options.stepsPerCall,
    batchSize: options.batch,
    recompute: options.recompute,
    precision: options.precision,
    prediction: true,
  });

  const target = session.path(options.out);
  const stem = basename(target, extname(target));
  const { contract, files } = describeStep(step, `${stem}.initial`);
  const description = { model: basename(target), ...contract };
  writeAll(dirname(target), `${stem}.initial`, [
    ...files,
    [`${stem}.json`, Buffer.from(`${JSON.stringify(description, null, 2)}\n`)],
    [basename(target), writeModel(step.model)],
  ]);
  out.record({ ...description, model: target });
  const parameters = contract.parameters.reduce(
    (sum, { shape }) => sum + shape.reduce<number>((a, b) => a * Number(b), 1),
    0,
  );
  out.text(
    `Wrote ${target}: ${count(contract.nodes)} nodes, ${count(contract.parameters.length)} parameters with ${count(parameters)} numbers, ${count(contract.state.length)} states. How to drive it stands in ${stem}.json.`,
  );
}

function regex(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch (error) {
    throw new AtelierError('bad_arguments', `--trainable ${text}: ${(error as Error).message}.`);
  }
}

function readFile(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new AtelierError('no_such_file', `${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`);
  }
}

/** A model may keep its weights in files beside it, and nowhere else. */
function readModelFile(path: string): Model {
  const files = new Map<string, Uint8Array>();
  return readModel(readFile(path), (location, where) => {
    const file = resolve(dirname(path), location);
    if (isAbsolute(location) || !file.startsWith(join(dirname(path), sep))) {
      throw new AtelierError(
        'invalid_model',
        `${where} keeps its values in "${location}", outside of the model's folder.`,
      );
    }
    const bytes = files.get(file) ?? readFile(file);
    files.set(file, bytes);
    return bytes;
  });
}

/** Everything under passing names first, so that a disk that fills up leaves what was there before. */
function writeAll(folder: string, values: string, files: readonly (readonly [string, Uint8Array])[]): void {
  const passing = join(folder, `.${values}-${process.pid}`);
  try {
    for (const [path, content] of files) {
      const at = join(passing, path);
      mkdirSync(dirname(at), { recursive: true });
      writeFileSync(at, content);
    }
    const old = join(folder, values);
    if (statSync(old, { throwIfNoEntry: false })) rmSync(old, { recursive: true });
    // Some steps have no values to start from: nothing but states of a constant.
    if (statSync(join(passing, values), { throwIfNoEntry: false })) renameSync(join(passing, values), old);
    for (const [path] of files) if (!path.includes('/')) renameSync(join(passing, path), join(folder, path));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AtelierError('not_writable', `${folder} could not be written to (${code ?? message}).`);
  } finally {
    rmSync(passing, { recursive: true, force: true });
  }
}
