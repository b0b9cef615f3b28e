import {
  architectureOf,
  audioOptionsOf,
  buildWhole,
  completeSettings,
  outputOf,
  parameterCount,
  tableInput,
  takesIndices,
  textOptionsOf,
  type InputSpec,
} from '../architectures/index.ts';
import { settled } from '../datasets/encode/audio/fit.ts';
import { maxCategories, maxIndexed } from '../datasets/encode/encoder.ts';
import { framesOf, usualAudioOptions, type AudioOptions } from '../shared/audio.ts';
import type { TrainEstimate } from '../shared/contract.ts';
import type { Manifest } from '../shared/dataset.ts';
import { AtelierError } from '../shared/errors.ts';
import type { SettingValue } from '../shared/run.ts';
import { taskOf } from '../shared/task.ts';
import { estimateTexts } from './estimate-text.ts';

/**
 * The net that these settings give on this data. A table's width is only known once its encoder is fitted on the training split;
 * here it is taken from the columns' counts over all samples, which is the same but for values the training split lacks.
 */
export function estimateNet(
  manifest: Manifest,
  architecture: string,
  settings: Readonly<Record<string, SettingValue>>,
): TrainEstimate {
  const forward = buildWhole(architecture, settings, {
    input: inputOf(manifest, architecture, settings),
    output: outputOf(taskOf(architectureOf(architecture), manifest) ?? 'classification', manifest.classes.length),
    seed: 0,
    blank: true,
  });
  const { graph } = forward;
  const trained = new Set(forward.parameters);
  const sizeOf = (name: string) => (trained.has(name) ? (graph.initializers.get(name)?.data.length ?? 0) : 0);

  const layers: TrainEstimate['layers'] = [];
  for (const node of graph.nodes) {
    // What depends on the batch is no size of the net.
    const shape = (graph.values.get(node.outputs[0])?.shape ?? []).filter((dim) => typeof dim === 'number');
    const parameters = node.inputs.reduce((sum, name) => sum + sizeOf(name), 0);
    const name = layerName(node, shape, parameters);
    if (name) layers.push({ name, shape, parameters });
  }
  return { parameters: parameterCount(forward), layers };
}

type Node = ReturnType<typeof buildWhole>['graph']['nodes'][number];

/** Null for what is not drawn as a layer: activations, scaling, flattening. */
function layerName({ op, attributes }: Node, shape: readonly number[], parameters: number): string | null {
  const ints = (name: string) => (attributes[name]?.kind === 'ints' ? attributes[name].value.join('×') : '');
  const int = (name: string) => (attributes[name]?.kind === 'int' ? attributes[name].value : undefined);
  switch (op) {
    case 'Gemm':
    case 'MatMul':
      return parameters > 0 ? `dense ${shape.at(-1)}` : null;
    case 'Conv': {
      const depthwise = (int('group') ?? 1) > 1 && int('group') === shape[0];
      return `${depthwise ? 'depthwise' : 'conv'} ${ints('kernel_shape')} · ${shape[0]}`;
    }
    case 'ConvTranspose':
      return `conv transpose ${ints('kernel_shape')} · ${shape[0]}`;
    case 'LSTM':
    case 'GRU':
      return `${op} ${int('hidden_size')}`;
    case 'Gather':
      return parameters > 0 ? `embedding ${shape.at(-1)}` : null;
    case 'Add':
      return parameters > 1 ? 'positions' : null;
    default:
      return plainNames[op] === undefined ? null : `${plainNames[op]} ${ints('kernel_shape')}`.trim();
  }
}

const plainNames: Readonly<Record<string, string>> = {
  AveragePool: 'average pool',
  BatchNormalization: 'batch norm',
  Dropout: 'dropout',
  GlobalAveragePool: 'global pool',
  LayerNormalization: 'layer norm',
  MaxPool: 'max pool',
  Softmax: 'attention',
};

/** How a net with these settings sees sounds; as usual where it takes none. Errors: invalid_settings. */
export function audioOptions(architecture: string, settings: Readonly<Record<string, SettingValue>>): AudioOptions {
  const template = architectureOf(architecture);
  return audioOptionsOf(template, completeSettings(template, settings)) ?? usualAudioOptions;
}

function inputOf(
  manifest: Manifest,
  architecture: string,
  settings: Readonly<Record<string, SettingValue>>,
): InputSpec {
  if (manifest.image) return { kind: 'image', ...manifest.image };
  const template = architectureOf(architecture);
  if (manifest.audio) {
    const { rate, seconds } = manifest.audio;
    const options = audioOptions(architecture, settings);
    // Of all samples, not of the training split alone: about the same.
    const spectrogram = settled(options, rate, Math.ceil(seconds.p95 * rate));
    return { kind: 'audio', frames: framesOf(spectrogram), mels: spectrogram.mels };
  }
  const texts = textOptionsOf(template, completeSettings(template, settings));
  if (texts) return estimateTexts(manifest, texts);
  const features = manifest.columns.filter((column) => column.role === 'feature');
  const numbers = features.filter(({ type }) => type === 'number').map(({ missing }) => missing > 0);
  const categories = features
    .filter(({ type }) => type === 'category')
    .map(({ distinct, missing }) => {
      const values = distinct + (missing > 0 ? 1 : 0);
      return takesIndices(template) ? Math.min(values, maxIndexed) + 1 : Math.min(values, maxCategories + 1);
    });
  if (numbers.length + categories.length > 0) return tableInput(template, { numbers, categories });
  throw new AtelierError('no_features', 'No column has the role "feature", so there is no net to build.');
}
