import type { Value } from '../onnx/builder.ts';
import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { pictureSize, wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';

/** An image at least this large is brought down at once, as ImageNet's are. */
const LARGE = 64;

/** Blocks of each stage, and the channels of the first one, as published for CIFAR (8, 14, 20: 6n + 2 layers) and ImageNet (18). */
const plans: Readonly<Record<string, { readonly blocks: readonly number[]; readonly channels: number }>> = {
  '8': { blocks: [1, 1, 1], channels: 16 },
  '14': { blocks: [2, 2, 2], channels: 16 },
  '18': { blocks: [2, 2, 2, 2], channels: 64 },
  '20': { blocks: [3, 3, 3], channels: 16 },
};

/**
 * Blocks of two convolutions that add to what came in instead of replacing it (He et al. 2016). Every stage has half the size and
 * twice the channels of the one before; there the way around the block is a 1×1 convolution.
 */
export const resnet: Architecture = {
  id: 'resnet',
  inputs: ['image', 'audio'],
  learns: 'target',
  fields: [
    { key: 'depth', kind: 'choice', default: '8', choices: Object.keys(plans) },
    { key: 'firstChannels', kind: 'integer', default: 0, min: 0, max: 256 },
    { key: 'zeroInit', kind: 'boolean', default: false },
    { key: 'dropout', kind: 'number', default: 0, min: 0, max: 0.9 },
    ...audioFields,
  ],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.003 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const spec = wanted('resnet', input, 'image', 'audio');
    const plan = plans[String(settings.depth)];
    const first = (settings.firstChannels as number) || plan.channels;
    const lastScale = settings.zeroInit ? 0 : 1;

    let x = layers.input(spec);
    const { height, width } = pictureSize(spec);
    const large = Math.min(height, width) >= LARGE;
    x = normed(layers, x, first, 'stem', large ? { kernel: 7, stride: 2 } : { kernel: 3, stride: 1 });
    x = layers.activation(x, 'relu', 'stem/activation');
    if (large) x = overlappingPool(layers, x, 'stem/pool');

    plan.blocks.forEach((count, stage) => {
      for (let n = 1; n <= count; n++) {
        const stride = stage > 0 && n === 1 && layers.canHalve(x) ? 2 : 1;
        x = block(layers, x, first * 2 ** stage, stride, `block${stage + 1}_${n}`, lastScale);
      }
    });
    x = layers.dropout(layers.globalAverage(x, 'pool'), settings.dropout as number, 'dropout');
    return layers.finish(layers.answer(x, output));
  },
};

/** A convolution with its normalisation. */
function normed(
  layers: LayerBuilder,
  x: Value,
  channels: number,
  name: string,
  { kernel, stride, scale = 1 }: { kernel: number; stride: number; scale?: number },
): Value {
  return layers.batchNorm(layers.conv(x, channels, kernel, name, { bias: false, stride }), `${name}/norm`, scale);
}

function block(layers: LayerBuilder, x: Value, channels: number, stride: number, name: string, scale: number): Value {
  let y = normed(layers, x, channels, `${name}/conv1`, { kernel: 3, stride });
  y = layers.activation(y, 'relu', `${name}/activation1`);
  y = normed(layers, y, channels, `${name}/conv2`, { kernel: 3, stride: 1, scale });
  const same = stride === 1 && layers.g.shape(x)[1] === channels;
  const around = same ? x : normed(layers, x, channels, `${name}/shortcut`, { kernel: 1, stride });
  return layers.activation(layers.named('Add', `${name}/sum`, [y, around]), 'relu', `${name}/activation2`);
}

/** 3×3 with stride 2, as after ImageNet's first convolution. */
const overlappingPool = (layers: LayerBuilder, x: Value, name: string): Value =>
  layers.named('MaxPool', name, [x], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
