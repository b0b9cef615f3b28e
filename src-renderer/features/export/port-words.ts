import type { ModelPort } from '../../../src-main/shared/model-use.ts';
import type { Task } from '../../../src-main/shared/task.ts';
import { format } from '../../words/format.ts';
import { m } from '../../words/messages.ts';

/** ONNX's names of types as programs write them. */
export const typeWord = ({ type }: ModelPort): string =>
  type === 'float' ? 'float32' : type === 'double' ? 'float64' : type;

/** "N × 28 × 28 × 1": the samples are N. */
export const shapeWord = ({ shape }: ModelPort): string =>
  shape.map((size) => (size === 'batch' ? 'N' : String(size))).join(' × ');

/** The cache of a language model has a key and a value for each layer, all alike: one stands for them. */
export const withoutLayers = (ports: readonly ModelPort[]): ModelPort[] =>
  ports
    .filter(({ name }) => !layer.test(name) || /\.0\.key$/.test(name))
    .map((port) => (layer.test(port.name) ? { ...port, name: port.name.replace('.0.key', '.*') } : port));

const layer = /^(?:past_key_values|present)\.\d+\.(?:key|value)$/;

/** What an input means. `rate`: samples a second, where it takes sounds. */
export function inputWord({ name, type, shape }: ModelPort, task: Task | undefined, rate: number | null): string {
  if (name === 'past_key_values.*') return m.port_language_cache();
  if (task === 'language') return name === 'input_ids' ? m.port_language_in() : '';
  if (task === 'generation') return m.port_latent();
  if (type === 'uint8') return shape.at(-1) === 1 ? m.port_image_grey() : m.port_image_rgb();
  if (type === 'int64') return m.port_tokens();
  if (type === 'string') return m.port_text_cell();
  return rate === null ? m.port_number_cell() : m.port_sound({ rate: format.integer(rate) });
}

/** What an output means. */
export function outputWord({ name }: ModelPort, task: Task | undefined): string {
  if (name === 'present.*') return m.port_language_present();
  switch (name) {
    case 'label':
      return m.port_labels();
    case 'probabilities':
      return m.port_probabilities();
    case 'value':
      return m.port_value();
    case 'code':
      return m.port_code();
    case 'error':
      return m.port_error();
    case 'logits':
      return m.port_logits();
    case 'image':
      return task === 'generation' ? m.port_generated() : '';
    case 'reconstruction':
      return m.port_reconstruction();
    default:
      return name.startsWith('reconstruction/') ? m.port_column_back() : '';
  }
}
