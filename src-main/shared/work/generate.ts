import type { GenerationSettings, TextLikelihood, WrittenText } from '../generation.ts';
import type { OwnSetting } from '../prompt/own-settings.ts';
import type { GridAsked } from '../prompt/grid.ts';
import type { RemoteTarget } from '../remote.ts';
import type { TrainSettings } from '../run.ts';

/** Text after a prompt, by a run or by the file or folder of a language model (absolute). */
export interface GenerateParams {
  model:
    | { runFolder: string; settings: TrainSettings }
    /** `file`: within a folder, where a certain .onnx is wanted. */
    | { path: string; file?: string };
  prompt: string;
  /** A second text, of a model that says something of two. */
  textPair?: string;
  /** What each text begins with. */
  begin?: string;
  settings: GenerationSettings;
  /** Of these those that somebody has chosen: of others the model's own description has its say. All, where left out. */
  asked?: (keyof GenerationSettings)[];
  threads: number;
  /** False: all is seen anew for each token, whatever the model could keep. */
  cache?: boolean;
  /** Nothing is written: how likely is the prompt? */
  score?: boolean;
}

/** A model that runs here, or one elsewhere. */
export type AskedModel = GenerateParams['model'] | { remote: RemoteTarget };

/** Cells of a grid: each task is asked of one of these models. */
export interface GridParams extends GridAsked {
  models: AskedModel[];
}

export interface GenerateResult {
  /** What it was written with. */
  settings: GenerationSettings;
  /** Of these what the model's own description says, … */
  own: OwnSetting[];
  /** … and what that asks for beside, by its names, and was not followed. */
  leftOut: string[];
  texts: WrittenText[];
  /** With `score`. */
  likelihood: TextLikelihood | null;
  promptTokens: number[];
  /** Tokens that the model sees at most. */
  context: number;
  /** Whether the model keeps what it saw, and does not see all anew for each token. */
  cached: boolean;
  loadMs: number;
  /** Milliseconds from the prompt to the first token. */
  firstTokenMs: number;
  /** Of all texts together, after the first. */
  tokensPerSecond: number;
}
