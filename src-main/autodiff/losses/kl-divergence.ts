import type { Loss } from './loss.ts';
import { quotient, total } from './reduce.ts';

// loss = Σ q·(ln q − ln p) / batch,  p = softmax(logits) along the last axis,  0·ln 0 = 0      (Kullback & Leibler 1951)
//
// PyTorch: kl_div(log_softmax(logits), q, reduction = 'batchmean'). Target q: float probabilities, the logits' shape.
export const klDivergence: Loss = {
  attach(context) {
    const { g, prediction, reduction } = context;
    const { type, shape } = g.type(prediction);
    const q = context.target(type, shape);
    const logQ = g.log(g.op('Clip', [q, g.scalar(2 ** -126, q)]));
    const sum = total(g, g.mul(q, g.sub(logQ, g.op('LogSoftmax', [prediction], { axis: -1 }))));
    if (reduction === 'sum') return { loss: sum };
    const [batch] = shape;
    const size = () => g.cast(g.op('Squeeze', [g.sizeVector(batch)]), type);
    return { loss: quotient(g, sum, typeof batch === 'number' ? batch : size()) };
  },
  present: { as: 'probabilities', make: (g, logits) => g.op('Softmax', [logits], { axis: -1 }) },
};
