import type { SplitName } from '../../src-main/shared/dataset.ts';
import { splitWord, splits } from './data-terms.ts';
import { format } from './format.ts';
import { look, type Words } from './keyed.ts';
import { m } from './messages.ts';

const metrics: Words = {
  accuracy: m.metric_accuracy,
  loss: m.metric_loss,
  perplexity: m.metric_perplexity,
  bits_per_character: m.metric_bits_per_character,
  bits_per_byte: m.metric_bits_per_byte,
  balanced_accuracy: m.metric_balanced_accuracy,
  precision: m.metric_precision,
  recall: m.metric_recall,
  f1: m.metric_f1,
  macro_precision: m.metric_precision,
  macro_recall: m.metric_recall,
  macro_f1: m.metric_f1,
  log_loss: m.metric_log_loss,
  roc_auc: m.metric_roc_auc,
  average_precision: m.metric_average_precision,
  subset_accuracy: m.metric_subset_accuracy,
  micro_f1: m.metric_micro_f1,
  micro_precision: m.metric_micro_precision,
  micro_recall: m.metric_micro_recall,
  kappa: m.metric_kappa,
  mcc: m.metric_mcc,
  top5: m.metric_top5,
  brier: m.metric_brier,
  ece: m.metric_ece,
  median_ae: m.metric_median_ae,
  rmse: m.metric_rmse,
  mae: m.metric_mae,
  mse: m.metric_mse,
  r2: m.metric_r2,
  map: m.metric_map,
  ndcg_at_10: m.metric_ndcg,
  hit_rate_at_10: m.metric_hit_rate,
  mrr: m.metric_mrr,
  psnr: m.metric_psnr,
  error_median: m.metric_error_median,
  error_p95: m.metric_error_p95,
  error_max: m.metric_error_max,
  d_loss: m.metric_d_loss,
  g_loss: m.metric_g_loss,
  d_accuracy_real: m.metric_d_accuracy_real,
  d_accuracy_generated: m.metric_d_accuracy_generated,
  player_losses: m.metric_player_losses,
  player_accuracies: m.metric_player_accuracies,
  norms: m.metric_norms,
  gradient_norm: m.metric_gradient_norm,
  update_norm: m.metric_update_norm,
  d_gradient_norm: m.metric_d_gradient_norm,
  d_update_norm: m.metric_d_update_norm,
  g_gradient_norm: m.metric_g_gradient_norm,
  g_update_norm: m.metric_g_update_norm,
  learning_rate: m.metric_learning_rate,
  samples_per_second: m.metric_samples_per_second,
  memory: m.metric_memory,
  processor: m.metric_processor,
  gpu: m.metric_gpu,
  gpu_memory: m.metric_gpu_memory,
  parameters: m.parameters,
  'export/size_bytes': m.metric_export_size,
  'export/latency_ms': m.metric_export_latency,
};
const isSplit = (text: string): text is SplitName => text in splits;
const snake = (key: string) => key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();

/** `validation/accuracy` in parts: the metric's word, and the split where it has one. */
export function metricParts(key: string): { metric: string; split: SplitName | null } {
  const [first, ...rest] = key.split('/');
  if (rest.length === 0) return { metric: look(metrics, snake(first)), split: null };
  if (isSplit(first)) return { metric: look(metrics, snake(rest.join('/'))), split: first };
  // What stands before the name tells it from others: layer_1/gradient, layer_2/gradient.
  return { metric: look(metrics, snake(first === 'system' ? rest.join('/') : key)), split: null };
}
/** "Accuracy · validation". */
export function metricWord(key: string): string {
  const { metric, split } = metricParts(key);
  return split ? m.metric_of_split({ metric, split: splitWord(split) }) : metric;
}

const lower = /parameters|size_bytes|latency|loss|error|rmse|mae|mse|median_ae|brier|ece|memory|perplexity|bits_per/;
const metricOrder = Object.keys(metrics);
/** Most telling first: the order of the list above, whichever the split. */
export function metricRank(key: string): number {
  const at = metricOrder.indexOf(snake(key.split('/').slice(1).join('/') || key));
  return at < 0 ? metricOrder.length : at;
}
/** Whether less of it is better. */
export const lowerIsBetter = (key: string) => lower.test(key);
/** Measured against an opponent who changes: neither more nor less is better. */
export const isRelative = (key: string) => /(^|\/)[dg]_/.test(key);
/** Of several runs none is the best by it: it tells of how they were trained, not of what came of it. */
export const hasNoBest = (key: string) => isRelative(key) || /(^|\/)learning_rate$|^system\/|(^|_)norm$/.test(key);

/** "Val accuracy": for the heads of columns. */
export function metricShort(key: string): string {
  const { metric, split } = metricParts(key);
  if (!split) return metric;
  const of = { train: m.metric_short_train, validation: m.metric_short_validation, test: m.metric_short_test }[split];
  // "Val accuracy", but "Val RMSE".
  return of({ metric: /^\p{Lu}\p{Ll}/u.test(metric) ? metric.charAt(0).toLowerCase() + metric.slice(1) : metric });
}

/**
 * A metric's value in the digits and unit that suit it; `short` for curves' axes. `beside`: the value whose deviation or difference this is,
 * for the decimals of that one.
 */
export function metricValue(key: string, value: number, short = false, beside = value): string {
  // Of one core: two that are busy are 200 %.
  if (key.endsWith('/processor') || key.endsWith('/gpu')) return format.percent(value, 0);
  if (key.endsWith('/learning_rate')) return format.figure(value, 3);
  if (key.endsWith('/memory') || key.endsWith('/gpu_memory')) return format.bytes(value, short ? 4 : 3);
  if (key.endsWith('size_bytes')) return format.bytes(value, short ? 4 : 3);
  if (key.endsWith('latency_ms')) return m.milliseconds({ n: format.figure(value, 3) });
  if (key === 'parameters') return short ? format.compact(value) : format.integer(value);
  if (key.endsWith('samples_per_second'))
    return short ? format.compact(value) : m.rate_samples({ n: format.compact(value) });
  // Decibels.
  if (key.endsWith('psnr')) return format.fixed(value, 2);
  // Of what is measured in the target's own unit, decimals soon say nothing.
  if (!short && Math.abs(value) >= 1e4) return format.figure(value, 5);
  // Of a loss of 0.00006 four decimals say no more than that there is one.
  if (!short && Math.abs(beside) >= 100) return format.fixed(value, Math.abs(beside) >= 1e3 ? 1 : 2);
  if (!short && beside !== 0 && Math.abs(beside) < 1e-3) return format.figure(value);
  return short ? format.figure(value, 3) : format.fixed(value, 4);
}

/** The ends of a metric's interval, in brackets and with as many decimals: [0.790, 0.817]. */
export function metricInterval(key: string, low: number, high: number): string {
  const said = [metricValue(key, low, true), metricValue(key, high, true)];
  const plain = said[0] === format.figure(low, 3) && said[1] === format.figure(high, 3);
  return `[${(plain ? format.ends(low, high, 3) : said).join(', ')}]`;
}

/** As `metricValue`, on an axis whose ticks lie so close that `metricValue` would call two of them alike. */
export function closeMetricValue(key: string, value: number): string {
  if (key.endsWith('/processor') || key.endsWith('/gpu')) return format.percent(value, 2);
  if (key.endsWith('/memory') || key.endsWith('/gpu_memory')) return format.bytes(value, 8);
  return format.figure(value, 10);
}
