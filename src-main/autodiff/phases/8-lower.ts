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
import { LogSoftmax } from '../lowering/LogSoftmax.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { LRN } from '../lowering/LRN.ts';
import { MaxPoolGrad } from '../lowering/MaxPoolGrad.ts';
import { NegativeLogLikelihoodLoss } from '../lowering/NegativeLogLikelihoodLoss.ts';
import { Pad } from '../lowering/Pad.ts';
import { ReduceLogSumExp } from '../lowering/ReduceLogSumExp.ts';
import { ReluGrad } from '../lowering/ReluGrad.ts';
import { ScatterND } from '../lowering/ScatterND.ts';
import { Sign } from '../lowering/Sign.ts';
import { SoftmaxCrossEntropyLoss } from '../lowering/SoftmaxCrossEntropyLoss.ts';
import { SumPoolGrad } from '../lowering/SumPoolGrad.ts';
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

/** ONNX operators that some device, or the inference build as a whole, lacks. */
const standard: Readonly<Record<string, Lowering>> = {
  Attention,
  BatchNormalization,
  Einsum,
  GlobalLpPool,
  GroupNormalization,
  LogSoftmax,
  LRN,
  NegativeLogLikelihoodLoss,
  Pad,
  ReduceLogSumExp,
  ScatterND,
  Sign,
  SoftmaxCrossEntropyLoss,
};

const loweringOf = ({ op, domain }: Node): Lowering | undefined =>
  domain === ABSTRACT ? abstract[op] : domain === '' ? standard[op] : undefined;

/** Lowerings may use operators that are lowered in turn, so until none is left. */
export function lower(graph: Graph, device: Device): Graph {
  let again = false;
  const lowered = rewrite(graph, (g, node, types) => {
    const lowering = loweringOf(node);
    if (!lowering) return undefined;
    g.scope = node.name;
    const outputs = lowering({ g, node, device, shape: types.find(Boolean)!.shape });
    g.scope = '';
    again ||= outputs !== undefined;
    return outputs;
  });
  return again ? lower(lowered, device) : lowered;
}
