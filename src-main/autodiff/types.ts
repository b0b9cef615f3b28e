// What goes into the compiler and what comes out: the contract between the compiler and whoever runs its graphs.

import type { DataType, Dim, Model, Shape, Tensor } from '../onnx/types.ts';

/**
 * The target's type and shape, and every option with its range, stand with each loss. Training takes the mean over the batch,
 * evaluation the sum over it. Class indices are int32 (the exported file's own integers do not matter here).
 */
export type LossSpec =
  /** From logits. Target: int32 class indices, the logits' shape without its class axis. */
  | ({
      readonly kind: 'cross-entropy';
      /** One factor a class, from 0; the mean divides by their sum over the batch, as in PyTorch. */
      readonly classWeights?: readonly number[];
      /** The share of a target that is spread over all classes: 0 to 1, 0 when left out. */
      readonly labelSmoothing?: number;
      /**
       * Samples are mixtures of two: besides the target, which is to be the one there is more of, there are the inputs `second_target`
       * (int32 [batch]) and `target_share` (float [batch], 0 to 1: how much of the sample is the target's). Of logits [batch, classes].
       */
      readonly mixed?: boolean;
    } & ClassLayout)
  /** From logits. Target: as cross-entropy's. */
  | ({
      readonly kind: 'focal';
      /** How much easy samples are played down; from 0 (cross-entropy), 2 when left out. */
      readonly gamma?: number;
      /** A factor, or one a class; from 0, 1 when left out. */
      readonly alpha?: number | readonly number[];
    } & ClassLayout)
  /** From logits, each a yes or no of its own. Target: float 0…1, the logits' shape. */
  | {
      readonly kind: 'binary-cross-entropy';
      /** What a yes counts, or one number for each entry of the last axis; above 0, 1 when left out. */
      readonly positiveWeight?: number | readonly number[];
    }
  /** Target: float, the prediction's shape. The mean over all elements; so too for the next two. */
  | { readonly kind: 'mean-squared-error' }
  | { readonly kind: 'mean-absolute-error' }
  /** Squared up to `delta`, then straight; above 0, 1 when left out. PyTorch's smooth_l1_loss(beta) is this with delta = beta, over beta. */
  | { readonly kind: 'huber'; readonly delta?: number }
  /** From logits, classes last. Target: float probabilities, the logits' shape. */
  | { readonly kind: 'kl-divergence' }
  /** Two embeddings each. Target: int32 [batch], 1: alike, −1: not. `margin`: −1 to 1, 0 when left out. */
  | ({ readonly kind: 'cosine-embedding'; readonly margin?: number } & Embeddings)
  /** Three embeddings each: anchor, positive, negative. No target. */
  | ({
      readonly kind: 'triplet';
      /** Above 0; 1 when left out. */
      readonly margin?: number;
      /** The distance's norm; 2 when left out. */
      readonly norm?: 1 | 2;
      /** The negative's distance is the smaller of those to anchor and positive (Balntas et al. 2016). */
      readonly swap?: boolean;
    } & Embeddings)
  /** InfoNCE: two embeddings each, told from all others of the batch. No target. `temperature`: above 0, 0.1 when left out. */
  | ({ readonly kind: 'contrastive'; readonly temperature?: number } & Embeddings)
  /** Target: float −1 or 1, the prediction's shape. `margin`: above 0, 1 when left out. */
  | { readonly kind: 'hinge'; readonly margin?: number; readonly squared?: boolean }
  /** Scores [batch, classes]. Target: int32 [batch]. `margin`: above 0, 1 when left out. */
  | { readonly kind: 'multi-class-hinge'; readonly margin?: number; readonly squared?: boolean }
  /**
   * A discriminator's logits, for training one of two players. Target of the discriminator: float, the logits' shape, 1 for real
   * and 0 for made; the generator has none.
   */
  | { readonly kind: 'gan'; readonly player: 'generator' | 'discriminator'; readonly form?: 'non-saturating' | 'hinge' }
  /** From logits [batch, frames, classes]. Target: int32 [batch, labels], shorter ones filled up with negative numbers. */
  | {
      readonly kind: 'ctc';
      /** The class that stands for no label; 0 when left out. */
      readonly blank?: number;
      /** What the frames cannot spell counts 0 instead of ∞. */
      readonly zeroInfinity?: boolean;
    }
  /** The forward graph's output is the loss already: a scalar, and `reduction` of what the batch's samples add to it; the mean when left out. No target. */
  | { readonly kind: 'output'; readonly reduction?: 'mean' | 'sum' };

interface ClassLayout {
  /** 1, or −1 for the last. Left out: the last where the logits have two or three axes (sequences), 1 where they have more (pictures). */
  readonly classAxis?: 1 | -1;
  /** The target that does not count: any whole number. Left out: every target counts. */
  readonly ignoreIndex?: number;
}

/** Which of the forward graph's outputs are compared. Left out: its one output, the first ones above the second ones (above the third). */
interface Embeddings {
  readonly outputs?: readonly string[];
}

/** What every optimizer takes. */
interface Penalties {
  /** From 0; 0 when left out (adamw: 0.01). */
  readonly weightDecay?: number;
  /** Weight decay apart from the gradient, instead of an L2 penalty. So by itself for adamw and lion. */
  readonly decoupled?: boolean;
  /** Factor of an L1 penalty; from 0. */
  readonly l1?: number;
}

/** Left-out numbers take PyTorch's defaults (the paper's, where PyTorch has no such optimizer); they stand in each optimizer's file. */
export type OptimizerSpec = Penalties &
  (
    | { readonly kind: 'sgd' }
    | { readonly kind: 'momentum' | 'nesterov'; readonly momentum?: number; readonly nesterov?: boolean }
    | { readonly kind: 'adagrad'; readonly epsilon?: number; /** Of the sum of squares. */ readonly initial?: number }
    | {
        readonly kind: 'rmsprop';
        readonly alpha?: number;
        readonly epsilon?: number;
        readonly momentum?: number;
        readonly centered?: boolean;
      }
    | ({ readonly kind: 'adam' | 'adamw'; readonly amsgrad?: boolean } & Moments)
    | ({ readonly kind: 'adamax' } & Moments)
    | ({ readonly kind: 'nadam'; readonly momentumDecay?: number } & Moments)
    | ({ readonly kind: 'lamb' } & Moments)
    | { readonly kind: 'lion'; readonly beta1?: number; readonly beta2?: number }
  );

interface Moments {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
}

/** What is done with gradients before the optimizer and with parameters after it. All of it costs nothing where left out. */
export interface UpdateOptions {
  /** Elements of the gradients go no further than this; above 0. Before `clipNorm`. */
  readonly clipValue?: number;
  /** The norm of all gradients together goes no higher than this; above 0. */
  readonly clipNorm?: number;
  /** Steps whose gradients make one update: their mean, as if of one large batch. Other steps leave the parameters alone. */
  readonly accumulate?: number;
  /** The first group that matches a parameter's name decides for it. */
  readonly groups?: readonly ParameterGroup[];
  /** No penalties on parameters with fewer than two axes (biases, norms' scales), unless their group has its own. */
  readonly spareVectors?: boolean;
  /** An average of the weights, as state of the kind `average`. `decay`: 0 to below 1; `warmup` makes it smaller in the beginning. */
  readonly average?: { readonly decay: number; readonly warmup?: boolean };
  readonly metrics?: readonly UpdateMetric[];
}

/** Of all parameters together: the gradient's norm before `clipNorm`, and how far the step moved. */
export type UpdateMetric = 'gradient_norm' | 'update_norm';

export interface ParameterGroup {
  /** A regular expression, found anywhere in a parameter's name: `bias$`, `^encoder\.`. */
  readonly match: string;
  /** Times the learning rate: above 0, 1 when left out. */
  readonly rate?: number;
  /** Instead of the optimizer's. */
  readonly weightDecay?: number;
  readonly l1?: number;
}

export type Precision = 'single' | 'mixed';

/** Where the graph will run. Only the last phases look at it. */
export type Device = 'cpu' | 'webgpu' | 'cuda' | 'dml' | 'coreml';

export interface TrainingOptions {
  readonly loss: LossSpec;
  readonly optimizer: OptimizerSpec;
  readonly device: Device;
  /** K. 1: one call is one step. More: a Scan over K batches, identical losses, fewer calls. */
  readonly stepsPerCall: number;
  /** Binds the batch axis, so that shapes are static and more folds away. Left out: any batch size, per call. */
  readonly batchSize?: number;
  /** Of an open batch axis: what it mostly is. Choices for speed are then those of a program bound to it, and so are the bits. */
  readonly usualBatch?: number;
  readonly update?: UpdateOptions;
  /** Forward values that the gradients need are computed a second time instead of kept: about a third slower, far less memory. */
  readonly recompute?: boolean;
  /**
   * `mixed`: products of matrices and convolutions on numbers of 16 bits, with a loss scale that finds itself
   * (precision/halve.ts, precision/loss-scale.ts). For devices that are faster at that; `single` when left out.
   */
  readonly precision?: Precision;
  /**
   * For the CPU of this very machine: the block of channels (8 or 16) of the runtime's own convolution kernels. The graph then holds
   * operators that are ONNX Runtime's and not ONNX's. Left out: standard operators only.
   */
  readonly channelBlock?: number;
  /** Of the session that will run the step, intra-op. Left out: right with any number, and a little slower with one. */
  readonly threads?: number;
  /** The learned output as one of the step's results, under the role `logits` or `prediction`. */
  readonly prediction?: boolean;
  /**
   * How a BatchNormalization trains whose scale and bias are both no parameters. `batch` (when left out): as any other, its
   * running statistics too, as in PyTorch's train(). `running`: as in inference, as in PyTorch's eval().
   */
  readonly frozenNorms?: 'batch' | 'running';
  /** Initializers that come from outside and are not trained: the other player's of a GAN, a teacher's. State of the kind `held`. */
  readonly held?: readonly string[];
}

/** What a loss is to know of each sample besides its target. */
export type ExtraTarget = 'second_target' | 'target_share';

/** A tensor to feed. `shape` is complete, the leading K axis included. */
export interface StepInput {
  readonly name: string;
  /** Fresh for every step (shared/random.ts): `random`, uniform bytes for a Dropout mask; `noise`, standard normal numbers. */
  readonly role: 'data' | 'target' | ExtraTarget | 'learning_rate' | 'random' | 'noise';
  readonly type: DataType;
  readonly shape: Shape;
}

export interface StepOutput {
  readonly name: string;
  /**
   * Training: `loss` (mean over the batch) and, where predictions are right or wrong, `correct` (count, int32): shape [] or [K].
   * Evaluation: `loss` summed over the batch, `correct`, and `prediction` (class probabilities, or the values).
   * What they are to be divided by, where that is not the number of samples: `counted` (int32; how many predictions `correct`
   * is out of) and, in evaluation, `weight` (float; of the summed loss).
   * Of each sample, where asked for: `error` (float, mean squared difference from the forward model's own target) and `code`.
   */
  readonly role: 'loss' | 'correct' | 'counted' | 'weight' | 'logits' | 'prediction' | UpdateMetric | SampleFact;
  readonly type: DataType;
  readonly shape: Shape;
}

/** What can be told of each sample besides the prediction, where the forward model has a `target` or a `code`. */
export type SampleFact = 'error' | 'code';

/** A value that goes in as `input`, comes out updated as `output`, and is fed back. Never fetch into the buffer being fed. */
export interface CarriedValue {
  /** A parameter's name is its name in the forward graph. */
  readonly name: string;
  readonly input: string;
  readonly output: string;
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly initial: Tensor;
}

export interface StateValue extends CarriedValue {
  /**
   * `statistics` (BatchNormalization's running mean and variance) belong to the model: evaluation and export need them.
   * `average`: of a parameter, to take its place there. `held`: not changed by the step.
   */
  readonly kind: 'optimizer' | 'statistics' | 'average' | 'held';
  /** Of an average: the parameter's name. */
  readonly parameter?: string;
}

/** One ordinary ONNX model that trains: forward, loss, backward and update. */
export interface TrainingStep {
  readonly model: Model;
  readonly stepsPerCall: number;
  /** The batch axis: a number when bound, else its symbol. */
  readonly batch: Dim;
  readonly inputs: readonly StepInput[];
  readonly parameters: readonly CarriedValue[];
  readonly state: readonly StateValue[];
  readonly outputs: readonly StepOutput[];
}

export interface Evaluation {
  readonly model: Model;
  /** How many numbers it answers a sample with, whether or not they are given out. */
  readonly answers: number;
  readonly inputs: readonly StepInput[];
  /** Fed under the forward graph's names: every parameter, then every running statistic, then what is held. */
  readonly parameters: readonly { readonly name: string; readonly type: DataType; readonly shape: readonly number[] }[];
  readonly outputs: readonly StepOutput[];
}
