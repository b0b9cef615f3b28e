import { GraphBuilder, type Value } from '../../onnx/builder.ts';
import { AtelierError } from '../../shared/errors.ts';
import { whole } from '../options.ts';
import type { LossSpec } from '../types.ts';
import type { Loss } from './loss.ts';
import { allAxes, total } from './reduce.ts';

/** ln 0, but a number: differences of it are numbers too. */
const NEVER = -1e30;

// −ln Σ p(path) over all paths through the frames that spell the labels, once repeats are merged and blanks left out, over the
// number of labels; then the mean over the samples      (Graves et al. 2006; PyTorch's ctc_loss with reduction = 'mean')
//
// In logarithms. With the labels extended by blanks, l' = ␣ l₁ ␣ l₂ ␣ …, a Scan over the frames carries
//   α(s) ← ln p(l'ₛ) + ln( e^α(s) + e^α(s−1) + [l'ₛ is no blank and not l'ₛ₋₂]·e^α(s−2) )
// from a start in which only s = 0 has begun, and −ln p is read off its last two states.
//
// Logits [batch, frames, classes], one class being the blank; every frame counts. Target: int32 [batch, labels], shorter ones
// filled up with negative numbers. More labels than frames can spell are impossible: infinite, or 0 with zeroInfinity.
export function ctc({ blank = 0, zeroInfinity = false }: Extract<LossSpec, { kind: 'ctc' }>): Loss {
  whole({ blank }, 0);
  return {
    attach(context) {
      const { g, prediction, reduction } = context;
      const { type, shape } = g.type(prediction);
      const classes = shape[2];
      if (shape.length !== 3 || typeof classes !== 'number') {
        throw new AtelierError('unsupported_shape', `logits [${shape.join(', ')}], not [batch, frames, classes]`);
      }
      if (blank >= classes) throw new AtelierError('invalid_options', `blank=${blank}: one of ${classes} classes`);
      const labels = context.target('int32', [shape[0], 'target/labels']);
      /** A value all over, in the shape of another. */
      const filled = (like: Value, value: Value) => g.op('Expand', [value, g.shapeVector(g.shape(like))]);
      const [never, noLabel] = [g.scalar(NEVER, prediction), g.scalar(blank, labels)];

      const isLabel = g.op('GreaterOrEqual', [labels, g.scalar(0, labels)]);
      const blanks = filled(labels, noLabel);
      const pairs = g.concat([g.unsqueeze(blanks, [2]), g.unsqueeze(g.where(isLabel, labels, blanks), [2])], 2);
      const extended = g.concat([g.op('Reshape', [pairs, g.int64s([0, -1])]), g.slice(blanks, [0], [1], [1])], 1);
      const first = g.slice(extended, [0], [1], [1]);
      const firstTwo = g.slice(extended, [0], [2], [1]);

      const others = filled(g.slice(extended, [1], [2 ** 31 - 1], [1]), never);
      const start = g.concat([filled(first, g.scalar(0, prediction)), others], 1);
      const outside = filled(firstTwo, never);

      // The first two states have none two before them, and count as their own.
      const twoBefore = g.concat([firstTwo, g.slice(extended, [0], [-2], [1])], 1);
      const ofTwoBefore = g.where(g.op('Equal', [extended, twoBefore]), never, g.scalar(0, prediction));
      const skip = g.where(g.op('Equal', [extended, noLabel]), never, ofTwoBefore);

      const logP = g.op('LogSoftmax', [prediction], { axis: 2 });
      const places = g.op('Expand', [g.unsqueeze(extended, [1]), g.shapeVector([1, shape[1], 1])]);
      const frames = g.transpose(g.op('GatherElements', [logP, places], { axis: 2 }), [1, 0, 2]);

      const body = new GraphBuilder('frame', { outer: g, repeated: true });
      const alpha = body.input(body.unique('alpha'), type, g.shape(start));
      const frame = body.input(body.unique('frame'), type, g.shape(extended));
      const padded = body.concat([outside, alpha], 1);
      const from1 = body.slice(padded, [1], [-1], [1]);
      const from2 = body.add(body.slice(padded, [0], [-2], [1]), skip);
      const ways = body.concat(
        [alpha, from1, from2].map((way) => body.unsqueeze(way, [2])),
        2,
      );
      const arrived = body.op('ReduceLogSumExp', [ways, body.int64s([2])], { keepdims: 0 });
      body.output(body.add(arrived, frame));
      const attributes = { body: { kind: 'graph', value: body.finish() }, num_scan_inputs: 1 } as const;
      const end = g.node('Scan', [start, frames], attributes, { outputs: ['alpha'] })[0];

      const count = g.reduceSum(g.cast(isLabel, type), [1]);
      const ones = filled(extended, g.scalar(1, prediction));
      const place = g.op('CumSum', [ones, g.scalar(1, labels)], { exclusive: 1 });
      // The last label and the blank after it: places 2n − 1 and 2n.
      const fromEnd = g.op('Abs', [g.add(g.sub(place, g.scale(count, 2)), g.scalar(0.5, place))]);
      const isEnd = g.op('Less', [fromEnd, g.scalar(0.75, place)]);
      const read = g.add(end, g.where(isEnd, g.scalar(0, place), never));
      const nll = g.neg(g.op('ReduceLogSumExp', [read, g.int64s([1])], { keepdims: 1 }));
      const impossible = g.op('Greater', [nll, g.scalar(-NEVER / 2, nll)]);
      const shown = g.where(impossible, g.scalar(zeroInfinity ? 0 : Infinity, nll), nll);
      const perLabel = g.div(shown, g.op('Max', [count, g.scalar(1, count)]));
      const loss = reduction === 'sum' ? total(g, perLabel) : g.reduceMean(perLabel, allAxes([0, 1]), false);
      return { loss };
    },
    present: { as: 'probabilities', make: (g, logits) => g.op('Softmax', [logits], { axis: 2 }) },
  };
}
