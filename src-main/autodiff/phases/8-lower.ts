// The one place that looks at the device: gradients that devices spell differently, and operators that some lack.

import { ABSTRACT } from '../../onnx/builder.ts';
import type { Graph, Node } from '../../onnx/types.ts';
import { Attention } from '../lowering/Attention.ts';
import { AveragePoolGrad } from '../lowering/AveragePoolGrad.ts';
import { BatchNormalization } from '../lowering/BatchNormalization.ts';
import { Col2ImGrad } from '../lowering/Col2ImGrad.ts';
import { ConvInputGrad } from '../lowering/ConvInputGrad.ts';
import { ConvWeightGrad } from '../lowering/ConvWeightGrad.ts';
import { Einsum } from '../lowering/Einsum.ts';
import { GlobalLpPool } from '../lowering/GlobalLpPool.ts';
import { GroupNormalization } from '../lowering/GroupNormalization.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { LRN } from '../lowering/LRN.ts';
import { MaxPoolGrad } from '../lowering/MaxPoolGrad.ts';
import { NegativeLogLikelihoodLoss } from '../lowering/NegativeLogLikelihoodLoss.ts';
import { Pad } from '../lowering/Pad.ts';
import { ReluGrad } from '../lowering/ReluGrad.ts';
import { ScatterND } from '../lowering/ScatterND.ts';
import { SoftmaxCrossEntropyLoss } from '../lowering/SoftmaxCrossEntropyLoss.ts';
import { SumPoolGrad } from '../lowering/SumPoolGrad.ts';
import { webgpu } from '../lowering/webgpu/index.ts';
import type { Device } from '../types.ts';
import { rewrite } from './rewrite.ts';

/** Atelier's own operators: none is left afterwards. */
const abstract: Readonly<Record<string, Lowering>> = {
  AveragePoolGrad,
  Col2ImGrad,
  ConvInputGrad,
  ConvWeightGrad,
  MaxPoolGrad,
  ReluGrad,
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

const ofDevice: Partial<Record<Device, Readonly<Record<string, Lowering>>>> = { webgpu };

function loweringsOf({ op, domain }: Node, device: Device): Lowering[] {
  const tables = domain === ABSTRACT ? [abstract] : domain === '' ? [standard, ofDevice[device] ?? {}] : [];
  return tables.flatMap((table) => table[op] ?? []);
}

/** Lowerings may use operators that are lowered in turn, so until none is left. */
export function lower(graph: Graph, device: Device): Graph {
  let again = false;
  const lowered = rewrite(graph, (g, node, types) => {
    const context = { g, node, device, shape: types.find(Boolean)!.shape };
    for (const lowering of loweringsOf(node, device)) {
      g.scope = node.name;
      const outputs = lowering(context);
      g.scope = '';
      if (outputs === undefined) continue;
      again = true;
      return outputs;
    }
    return undefined;
  });
  return again ? lower(lowered, device) : lowered;
}
