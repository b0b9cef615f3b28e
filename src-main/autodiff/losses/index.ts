import type { LossSpec } from '../types.ts';
import { binaryCrossEntropy } from './binary-cross-entropy.ts';
import { contrastive } from './contrastive.ts';
import { cosineEmbedding } from './cosine-embedding.ts';
import { crossEntropy } from './cross-entropy.ts';
import { ctc } from './ctc.ts';
import { focal } from './focal.ts';
import { gan } from './gan.ts';
import { hinge } from './hinge.ts';
import { huber } from './huber.ts';
import { klDivergence } from './kl-divergence.ts';
import type { Loss } from './loss.ts';
import { meanAbsoluteError } from './mean-absolute-error.ts';
import { meanSquaredError } from './mean-squared-error.ts';
import { multiClassHinge } from './multi-class-hinge.ts';
import { output } from './output.ts';
import { triplet } from './triplet.ts';

/** Errors: invalid_options. */
export function lossOf(spec: LossSpec): Loss {
  switch (spec.kind) {
    case 'binary-cross-entropy':
      return binaryCrossEntropy(spec);
    case 'contrastive':
      return contrastive(spec);
    case 'cosine-embedding':
      return cosineEmbedding(spec);
    case 'cross-entropy':
      return crossEntropy(spec);
    case 'ctc':
      return ctc(spec);
    case 'focal':
      return focal(spec);
    case 'gan':
      return gan(spec);
    case 'hinge':
      return hinge(spec);
    case 'huber':
      return huber(spec);
    case 'kl-divergence':
      return klDivergence;
    case 'mean-absolute-error':
      return meanAbsoluteError;
    case 'mean-squared-error':
      return meanSquaredError;
    case 'multi-class-hinge':
      return multiClassHinge(spec);
    case 'output':
      return output(spec);
    case 'triplet':
      return triplet(spec);
  }
}
