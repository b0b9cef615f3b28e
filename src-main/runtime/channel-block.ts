import { GraphBuilder } from '../onnx/builder.ts';
import { writeModel } from '../onnx/write.ts';
import { Session, valueOf } from './session.ts';

const NCHWC = 'com.microsoft.nchwc';

/** The fewest channels that the operator takes. */
const FEW = 4;

async function probe(): Promise<number | undefined> {
  const g = new GraphBuilder('channel-block');
  const x = g.input('x', 'float', [1, FEW, 1, 1]);
  const types = [{ type: 'float' as const, shape: [1, 'channels', 1, 1] }];
  const [y] = g.node('ReorderInput', [x], {}, { domain: NCHWC, types, outputs: ['y'] });
  g.output(y);
  const opsets = { '': 18, [NCHWC]: 1 };
  const model = { irVersion: 8, opsets, producer: 'atelier', graph: g.finish(), metadata: {} };
  try {
    const session = await Session.open(writeModel(model), { device: 'cpu', threads: 1 });
    const { y: blocked } = await session.run({ x: valueOf('float', [1, FEW, 1, 1], new Float32Array(FEW)) });
    await session.close();
    const block = blocked.dims[1];
    return block === 8 || block === 16 ? block : undefined;
  } catch {
    // A build without these kernels: the standard operators do it.
    return undefined;
  }
}

let known: Promise<number | undefined> | undefined;

/**
 * The block of channels (8 or 16) that ONNX Runtime's convolution kernels work in on this processor, found by giving them a picture of
 * fewer channels, which they fill up to a block; undefined where there are none.
 */
export const channelBlock = (): Promise<number | undefined> => (known ??= probe());
