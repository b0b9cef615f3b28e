import { GraphBuilder, type Value } from '../../../onnx/builder.ts';
import { scalar } from '../../../onnx/tensors.ts';
import { framesOf } from '../../../shared/audio.ts';
import type { AudioEncoder } from '../encoder.ts';
import { float64s } from '../onnx-constants.ts';
import { filterBank, hannWindow } from './mel.ts';
import { melFloor } from '../../../shared/audio.ts';

/** STFT is an operator since this opset. */
export const audioOpset = 17;

/**
 * What `encodeSounds` does, as a graph: float [batch, samples] in, of any length, -1…1 at the encoder's rate; out comes float
 * [batch, frames, mels]. In doubles, as it was trained on: in quiet bands 32 bits would lose what is left of loud ones.
 */
export function addSpectrogram(g: GraphBuilder, encoder: AudioEncoder, sound: Value): Value {
  const { spectrogram: settings, mean, std } = encoder;
  const { length, fft, hop, mels } = settings;
  const frames = framesOf(settings);
  const double = g.cast(placed(g, sound, length), 'double');
  const [spectrum] = g.node(
    'STFT',
    [
      g.unsqueeze(double, [2]),
      g.constant(scalar('int64', hop)),
      g.constant(float64s([fft], [...hannWindow(fft)])),
      g.constant(scalar('int64', fft)),
    ],
    { onesided: 1 },
    { types: [{ type: 'double', shape: ['batch', frames, fft / 2 + 1, 2] }] },
  );
  const power = g.reduceSum(g.mul(spectrum, spectrum), [3], false);
  const bands = g.matmul(power, g.constant(float64s([fft / 2 + 1, mels], [...filterBank(settings)])));
  const heard = g.op('Max', [bands, g.constant(float64s([], [melFloor]))]);
  const centred = g.sub(g.op('Log', [heard]), g.constant(float64s([1, 1, mels], mean)));
  return g.cast(g.div(centred, g.constant(float64s([1, 1, mels], std))), 'float');
}

/** The middle of a longer sound; a shorter one followed by silence. */
function placed(g: GraphBuilder, sound: Value, length: number): Value {
  const silence = g.op('Pad', [sound, g.int64s([0, 0, 0, length])]);
  const samples = g.op('Gather', [g.op('Shape', [sound]), g.int64s([1])], { axis: 0 });
  const over = g.op('Max', [g.sub(samples, g.int64s([length])), g.int64s([0])]);
  const from = g.div(over, g.int64s([2]));
  const [cut] = g.node(
    'Slice',
    [silence, from, g.add(from, g.int64s([length])), g.int64s([1])],
    {},
    {
      types: [{ type: 'float', shape: ['batch', length] }],
    },
  );
  return cut;
}
