import type { Encoder } from '../../datasets/encode/encoder.ts';
import type { Task } from '../../shared/task.ts';
import type { RawSamples } from './raw-samples.ts';
import type { Answers } from './tasks/task-work.ts';

/** A trained model, wherever it comes from, that takes raw samples. */
export interface RawModel {
  readonly task: Task;
  readonly encoder: Encoder;
  answer(raw: RawSamples): Promise<Answers>;
  close(): Promise<void>;
}
