import type { Value } from '../onnx/builder.ts';
import type { Architecture } from './architecture.ts';
import { audioFields } from './audio-settings.ts';
import { pictureSize, wanted } from './input.ts';
import { LayerBuilder } from './layers.ts';
import { integersOf } from './settings.ts';

/** An image at least this large is halved by the first convolution, as ImageNet's are. */
const LARGE = 64;

/**
 * Inverted residuals (Sandler et al. 2018): a 1×1 convolution widens, a depthwise one looks around, a 1×1 narrows again, and where
 * the size stays the narrow ends are added. Few weights and few multiplications for what it learns.
 */
export const mobilenet: Architecture = {
  id: 'mobilenet',
  inputs: ['image', 'audio'],
  learns: 'target',
  fields: [
    { key: 'channels', kind: 'integers', default: '8,16,32', min: 1, max: 512, maxLength: 8 },
    { key: 'perStage', kind: 'integer', default: 2, min: 1, max: 8 },
    { key: 'expansion', kind: 'integer', default: 3, min: 1, max: 10 },
    { key: 'dropout', kind: 'number', default: 0, min: 0, max: 0.9 },
    ...audioFields,
  ],
  training: { epochs: 5, batchSize: 32, optimizer: 'adam', learningRate: 0.003 },

  build(settings, { input, output, seed, blank }) {
    const layers = new LayerBuilder(seed, blank);
    const spec = wanted('mobilenet', input, 'image', 'audio');
    const widths = integersOf(settings.channels);
    const expansion = settings.expansion as number;

    const size = pictureSize(spec);
    const stride = Math.min(size.height, size.width) >= LARGE ? 2 : 1;
    let x = layers.conv(layers.input(spec), widths[0] ?? 16, 3, 'stem', { bias: false, stride });
    x = relu6(layers, layers.batchNorm(x, 'stem/norm'), 'stem/activation');
    widths.forEach((channels, stage) => {
      for (let n = 1; n <= (settings.perStage as number); n++) {
        const halving = stage > 0 && n === 1 && layers.canHalve(x);
        x = invertedResidual(layers, x, channels, expansion, halving ? 2 : 1, `block${stage + 1}_${n}`);
      }
    });
    // The features are as wide as the last block within.
    const width = expansion * (layers.g.shape(x)[1] as number);
    x = relu6(
      layers,
      layers.batchNorm(layers.conv(x, width, 1, 'features', { bias: false }), 'features/norm'),
      'features/activation',
    );
    x = layers.dropout(layers.globalAverage(x, 'pool'), settings.dropout as number, 'dropout');
    return layers.finish(layers.answer(x, output));
  },
};

function invertedResidual(
  layers: LayerBuilder,
  x: Value,
  channels: number,
  expansion: number,
  stride: number,
  name: string,
): Value {
  const inputs = layers.g.shape(x)[1] as number;
  const inside = inputs * expansion;
  let y = x;
  if (expansion > 1) {
    y = layers.batchNorm(layers.conv(y, inside, 1, `${name}/expand`, { bias: false }), `${name}/expand/norm`);
    y = relu6(layers, y, `${name}/expand/activation`);
  }
  y = layers.conv(y, inside, 3, `${name}/depthwise`, { bias: false, stride, groups: inside });
  y = relu6(layers, layers.batchNorm(y, `${name}/depthwise/norm`), `${name}/depthwise/activation`);
  // Linear: a ReLU over so few channels would lose what it cuts off.
  y = layers.batchNorm(layers.conv(y, channels, 1, `${name}/project`, { bias: false }), `${name}/project/norm`);
  return stride === 1 && inputs === channels ? layers.named('Add', `${name}/sum`, [y, x]) : y;
}

const relu6 = (layers: LayerBuilder, x: Value, name: string): Value =>
  layers.named('Clip', name, [x, layers.g.scalar(0, x), layers.g.scalar(6, x)]);
