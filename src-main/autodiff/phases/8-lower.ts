// The one place that looks at the device: gradients that devices spell differently, and operators that some lack.

import { ABSTRACT } from '../../onnx/builder.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import { hoist } from '../control-flow/hoist.ts';
import { Attention } from '../lowering/Attention.ts';
import { AveragePoolGrad } from '../lowering/AveragePoolGrad.ts';
import { BatchNormalization } from '../lowering/BatchNormalization.ts';
import { ChannelAffine } from '../lowering/ChannelAffine.ts';
import { Col2ImGrad } from '../lowering/Col2ImGrad.ts';
import { ConvInputGrad } from '../lowering/ConvInputGrad.ts';
import { ConvWeightGrad } from '../lowering/ConvWeightGrad.ts';
import { Einsum } from '../lowering/Einsum.ts';
import { GlobalLpPool } from '../lowering/GlobalLpPool.ts';
import { GroupNormalization } from '../lowering/GroupNormalization.ts';
import type { Lowering, LoweringContext } from '../lowering/lowering.ts';
import { LRN } from '../lowering/LRN.ts';
import { MaxPoolGrad } from '../lowering/MaxPoolGrad.ts';
import { NegativeLogLikelihoodLoss } from '../lowering/NegativeLogLikelihoodLoss.ts';
import { Pad } from '../lowering/Pad.ts';
import { ReluGrad } from '../lowering/ReluGrad.ts';
import { rowUpdates } from '../lowering/row-updates.ts';
import { ScatterND } from '../lowering/ScatterND.ts';
import { ScatterRows } from '../lowering/ScatterRows.ts';
import { SoftmaxCrossEntropyLoss } from '../lowering/SoftmaxCrossEntropyLoss.ts';
import { SumPoolGrad } from '../lowering/SumPoolGrad.ts';
import { joinBlocks } from '../lowering/blocked/join.ts';
import { cpu } from '../lowering/cpu/index.ts';
import { webgpu } from '../lowering/webgpu/index.ts';
import type { Device } from '../types.ts';
import { rewrite } from './rewrite.ts';

/** Atelier's own operators: none is left afterwards. */
const abstract: Readonly<Record<string, Lowering>> = {
  AveragePoolGrad,
  ChannelAffine,
  Col2ImGrad,
  ConvInputGrad,
  ConvWeightGrad,
  MaxPoolGrad,
  ReluGrad,
  ScatterRows,
  SumPoolGrad,
};

/** ONNX operators that the inference build lacks, or does slowly, on every device. */
const standard: Readonly<Record<string, Lowering>> = {
  Attention,
  BatchNormalization,
  Einsum,
  GlobalLpPool,
  GroupNormalization,
  LRN,
  NegativeLogLikelihoodLoss,
  Pad,
  ScatterND,
  SoftmaxCrossEntropyLoss,
};

const ofDevice: Partial<Record<Device, Readonly<Record<string, Lowering>>>> = { webgpu, cpu };

function loweringsOf({ op, domain }: Node, device: Device): Lowering[] {
  const tables = domain === ABSTRACT ? [abstract] : domain === '' ? [standard, ofDevice[device] ?? {}] : [];
  return tables.flatMap((table) => table[op] ?? []);
}

/**
 * Up to here a step of a loop costs one thread more by its operators than by its numbers. From here on it is better off with
 * numbers that are still at hand than with fewer operators; several threads divide only what is large.
 */
const SMALL = 2048;

/**
 * `block`: the runtime's blocked convolutions may be used, which are its own operators and not ONNX's. `threads`: those of the
 * session, where they are known.
 */
export function lower(graph: Graph, device: Device, block?: number, threads?: number): Graph {
  const alone = device === 'cpu' && threads === 1;
  const hoisted = hoist(graph, (elements) => !alone || elements <= SMALL);
  const lowered = lowerAll(rowUpdates(hoisted, alone), { device, block, threads });
  return block === undefined ? lowered : joinBlocks(lowered, block);
}

/** Lowerings may use operators that are lowered in turn, so until none is left. */
function lowerAll(graph: Graph, target: Pick<LoweringContext, 'device' | 'block' | 'threads'>): Graph {
  let again = false;
  const lowered = rewrite(graph, (g, node, types) => {
    const context = { ...target, g, node, shape: types.find(Boolean)!.shape };
    for (const lowering of loweringsOf(node, target.device)) {
      g.scope = node.name;
      const outputs = lowering(context);
      g.scope = '';
      if (outputs === undefined) continue;
      again = true;
      return outputs;
    }
    return undefined;
  });
  return again ? lowerAll(lowered, target) : lowered;
}
