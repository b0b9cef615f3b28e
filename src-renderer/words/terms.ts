import type { ColumnRole, ColumnType, DatasetKind, ImageShape, SplitName } from '../../src-main/shared/dataset.ts';
import { deviceTitles } from '../../src-main/shared/device.ts';
import type { AnnotationFlag, AnnotationType } from '../../src-main/shared/annotation.ts';
import type { InputKind } from '../../src-main/shared/input-kinds.ts';
import type { JobKind, JobStatus, Progress } from '../../src-main/shared/job.ts';
import type { DeviceName } from '../../src-main/shared/run.ts';
import { readSynonymsRef } from '../../src-main/shared/augment/synonyms.ts';
import { readTokenizerRef } from '../../src-main/shared/text.ts';
import type { Learning } from '../../src-main/shared/task.ts';
import type { ColumnWarning } from '../../src-main/shared/profile.ts';
import { format } from './format.ts';
import { m } from './messages.ts';

/** Words for the stable keys that cross from the main process; a key that is new there shows as it is written. */
type Words = Record<string, () => string>;

const readable = (key: string) => {
  const spaced = key
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .toLowerCase();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
};
const look = (words: Words, key: string) => words[key]?.() ?? readable(key);

const splits: Record<SplitName, () => string> = {
  train: m.split_train,
  validation: m.split_validation,
  test: m.split_test,
};
export const splitWord = (split: SplitName) => splits[split]();
const shortSplits: Record<SplitName, () => string> = {
  train: m.split_short_train,
  validation: m.split_short_validation,
  test: m.split_short_test,
};
export const splitShort = (split: SplitName) => shortSplits[split]();
export const splitColour = (split: SplitName) => `var(--${split})`;

const datasetKinds: Record<DatasetKind, () => string> = {
  table: m.kind_table,
  images: m.kind_images,
  audio: m.kind_sounds,
};
export const datasetKindWord = (kind: DatasetKind) => datasetKinds[kind]();

const columnTypes: Record<ColumnType, () => string> = {
  number: m.type_number,
  category: m.type_category,
  text: m.type_text,
};
export const columnTypeWord = (type: ColumnType) => columnTypes[type]();

const columnRoles: Record<ColumnRole, () => string> = {
  feature: m.role_feature,
  target: m.role_target,
  ignored: m.role_ignored,
};
export const columnRoleWord = (role: ColumnRole) => columnRoles[role]();

const columnNotes: Words = {
  all_missing: m.column_note_all_missing,
  constant: m.column_note_constant,
  identifier: m.column_note_identifier,
  text: m.column_note_text,
};
export const columnNote = (code: string) => look(columnNotes, code);

const columnWarnings: Record<ColumnWarning, () => string> = {
  all_missing: m.column_note_all_missing,
  mostly_missing: m.column_warning_mostly_missing,
  constant: m.column_note_constant,
  identifier: m.column_note_identifier,
};
export const columnWarning = (warning: ColumnWarning) => columnWarnings[warning]();

const statuses: Record<JobStatus, () => string> = {
  queued: m.status_queued,
  paused: m.status_paused,
  running: m.status_running,
  finished: m.status_finished,
  failed: m.status_failed,
  cancelled: m.status_cancelled,
  interrupted: m.status_interrupted,
};
/** A file in a run's checkpoints: `last`, `best`, `best-000120` (one of the next best, by its step), `epoch-000010`. */
export function checkpointWord(name: string): string {
  if (name === 'last') return m.checkpoint_last();
  if (name === 'best') return m.checkpoint_best();
  const [, kind, number] = /^(best|epoch)-(\d+)$/.exec(name) ?? [];
  if (kind === undefined) return name;
  return kind === 'best' ? m.checkpoint_next_best() : m.epoch_n({ n: format.integer(Number(number)) });
}
export const statusWord = (status: JobStatus) => statuses[status]();

const jobKinds: Record<JobKind, () => string> = {
  import: m.job_import,
  revise: m.job_revise,
  relink: m.job_relink,
  leaks: m.job_leaks,
  quality: m.job_quality,
  prelabel: m.job_prelabel,
  'suggest-marks': m.job_prelabel,
  train: m.job_train,
  evaluate: m.job_evaluate,
  predict: m.job_predict,
  generate: m.job_generate,
  grid: m.job_grid,
  assess: m.job_assess,
  similarity: m.job_similarity,
  score: m.job_score,
  export: m.job_export,
  'export-data': m.job_export_data,
  'import-runs': m.job_import_runs,
  'export-runs': m.job_export_runs,
  selftest: m.job_selftest,
  provider: m.job_provider,
  download: m.job_download,
  documents: m.job_documents,
  embed: m.job_embed,
};
export const jobKindWord = (kind: JobKind) => jobKinds[kind]();

const stages: Words = {
  listing: m.stage_listing,
  unpacking: m.stage_unpacking,
  reading: m.stage_reading,
  waiting: m.stage_waiting,
  converting: m.stage_converting,
  profiling: m.stage_profiling,
  decoding: m.stage_decoding,
  scanning: m.stage_scanning,
  writing: m.stage_writing,
  splitting: m.stage_splitting,
  encoding: m.stage_encoding,
  compiling: m.stage_compiling,
  training: m.stage_training,
  tokenizing: m.stage_tokenizing,
  evaluating: m.stage_evaluating,
  exporting: m.stage_exporting,
  checking: m.stage_checking,
  downloading: m.stage_downloading,
  predicting: m.stage_predicting,
  answering: m.stage_answering,
  embedding: m.stage_embedding,
};
export function stageWord(stage: string): string {
  const device = /^testing (\w+)$/.exec(stage)?.[1];
  return device ? m.stage_testing({ device: deviceTitles[device as DeviceName] ?? device }) : look(stages, stage);
}

const units: Record<Progress['unit'], (n: { n: string }) => string> = {
  samples: m.rate_samples,
  rows: m.rate_rows,
  files: m.rate_files,
  bytes: m.rate_bytes,
  steps: m.rate_steps,
  answers: m.rate_answers,
  passages: m.rate_passages,
};
/** "12.4 k samples/s", "3.1 MB/s". */
export const rateWords = (rate: number, unit: Progress['unit']) =>
  units[unit]({ n: unit === 'bytes' ? format.bytes(rate) : format.compact(rate) });

const settings: Words = {
  architecture: m.setting_architecture,
  epochs: m.setting_epochs,
  batchSize: m.setting_batch_size,
  optimizer: m.setting_optimizer,
  learningRate: m.setting_learning_rate,
  schedule: m.setting_schedule,
  weightDecay: m.setting_weight_decay,
  seed: m.setting_seed,
  device: m.setting_device,
  threads: m.setting_threads,
  patience: m.setting_patience,
  focalGamma: m.setting_focal_gamma,
  huberDelta: m.setting_huber_delta,
  labelSmoothing: m.setting_label_smoothing,
  classWeights: m.setting_class_weights,
  clipNorm: m.setting_clip_norm,
  accumulate: m.setting_accumulate,
  average: m.setting_average,
  warmup: m.setting_warmup,
  precision: m.setting_precision,
  fold: m.setting_fold,
  hidden: m.setting_hidden,
  activation: m.setting_activation,
  dropout: m.setting_dropout,
  batchNorm: m.setting_batch_norm,
  batch_norm: m.setting_batch_norm,
  normalization: m.setting_batch_norm,
  channels: m.setting_channels,
  filters: m.setting_filters,
  kernel: m.setting_kernel,
  pool: m.setting_pool,
  pooling: m.setting_pool,
  dense: m.setting_dense,
  init: m.setting_init,
  depth: m.setting_depth,
  firstChannels: m.setting_first_channels,
  zeroInit: m.setting_zero_init,
  perStage: m.setting_per_stage,
  expansion: m.setting_expansion,
  patch: m.setting_patch,
  width: m.setting_width,
  layers: m.setting_layers,
  heads: m.setting_heads,
  units: m.setting_units,
  bidirectional: m.setting_bidirectional,
  embedding: m.setting_embedding,
  tokenizer: m.setting_tokenizer,
  vocabulary: m.setting_vocabulary,
  length: m.setting_length,
  seconds: m.setting_seconds,
  mels: m.setting_mels,
  fft: m.setting_fft,
  hop: m.setting_hop,
  fmin: m.setting_fmin,
  fmax: m.setting_fmax,
  melScale: m.setting_mel_scale,
  lowercase: m.setting_lowercase,
  context: m.setting_context,
  tied: m.setting_tied,
  kernels: m.setting_kernels,
  latent: m.setting_latent,
  corruption: m.setting_corruption,
  loss: m.setting_loss,
  discriminatorRate: m.setting_discriminator_rate,
  beta1: m.setting_beta1,
  'augment.flip': m.augment_flip,
  'augment.flip-vertical': m.augment_flip_vertical,
  'augment.rotate': m.augment_rotate,
  'augment.scale': m.augment_scale,
  'augment.shift': m.augment_shift,
  'augment.crop': m.augment_crop,
  'augment.brightness': m.augment_brightness,
  'augment.contrast': m.augment_contrast,
  'augment.saturation': m.augment_saturation,
  'augment.blur': m.augment_blur,
  'augment.noise': m.augment_noise,
  'augment.erase': m.augment_erase,
  'augment.random': m.augment_random,
  'augment.mixup': m.augment_mixup,
  'augment.cutmix': m.augment_cutmix,
  'augment.time-shift': m.augment_time_shift,
  'augment.gain': m.augment_gain,
  'augment.white-noise': m.augment_white_noise,
  'augment.time-mask': m.augment_time_mask,
  'augment.frequency-mask': m.augment_frequency_mask,
  'augment.word-drop': m.augment_word_drop,
  'augment.word-swap': m.augment_word_swap,
  'augment.word-synonym': m.augment_word_synonym,
  synonyms: m.setting_synonyms,
  stretches: m.setting_stretches,
  keepBest: m.setting_keep_best,
  keepEvery: m.setting_keep_every,
  norms: m.setting_norms,
  dataset: m.dataset,
  version: m.version,
  recipe: m.tab_recipe,
  code: m.run_code,
};
export function settingWord(key: string): string {
  const [, weighed] = /^classWeight\.(.*)$/s.exec(key) ?? [];
  return weighed === undefined ? look(settings, key) : m.class_weight_of({ name: weighed });
}

const settingHelps: Words = {
  epochs: m.setting_epochs_help,
  batchSize: m.setting_batch_size_help,
  learningRate: m.setting_learning_rate_help,
  schedule: m.setting_schedule_help,
  weightDecay: m.setting_weight_decay_help,
  seed: m.setting_seed_help,
  threads: m.setting_threads_help,
  device: m.setting_device_help,
  patience: m.setting_patience_help,
  focalGamma: m.setting_focal_gamma_help,
  huberDelta: m.setting_huber_delta_help,
  labelSmoothing: m.setting_label_smoothing_help,
  classWeights: m.setting_class_weights_help,
  clipNorm: m.setting_clip_norm_help,
  accumulate: m.setting_accumulate_help,
  average: m.setting_average_help,
  warmup: m.setting_warmup_help,
  precision: m.setting_precision_help,
  keepBest: m.setting_keep_best_help,
  keepEvery: m.setting_keep_every_help,
  norms: m.setting_norms_help,
  hidden: m.setting_hidden_help,
  dropout: m.setting_dropout_help,
  batchNorm: m.setting_batch_norm_help,
  channels: m.setting_channels_help,
  filters: m.setting_filters_help,
  kernel: m.setting_kernel_help,
  dense: m.setting_dense_help,
  activation: m.setting_activation_help,
  pool: m.setting_pool_help,
  depth: m.setting_depth_help,
  firstChannels: m.setting_first_channels_help,
  zeroInit: m.setting_zero_init_help,
  perStage: m.setting_per_stage_help,
  expansion: m.setting_expansion_help,
  patch: m.setting_patch_help,
  width: m.setting_width_help,
  layers: m.setting_layers_help,
  heads: m.setting_heads_help,
  units: m.setting_units_help,
  bidirectional: m.setting_bidirectional_help,
  embedding: m.setting_embedding_help,
  tokenizer: m.setting_tokenizer_help,
  vocabulary: m.setting_vocabulary_help,
  length: m.setting_length_help,
  seconds: m.setting_seconds_help,
  mels: m.setting_mels_help,
  fft: m.setting_fft_help,
  hop: m.setting_hop_help,
  fmin: m.setting_fmin_help,
  fmax: m.setting_fmax_help,
  melScale: m.setting_mel_scale_help,
  lowercase: m.setting_lowercase_help,
  context: m.setting_context_help,
  tied: m.setting_tied_help,
  kernels: m.setting_kernels_help,
  latent: m.setting_latent_help,
  corruption: m.setting_corruption_help,
  loss: m.setting_loss_help,
  discriminatorRate: m.setting_discriminator_rate_help,
  beta1: m.setting_beta1_help,
  'augment.flip': m.augment_flip_help,
  'augment.flip-vertical': m.augment_flip_vertical_help,
  'augment.rotate': m.augment_rotate_help,
  'augment.scale': m.augment_scale_help,
  'augment.shift': m.augment_shift_help,
  'augment.crop': m.augment_crop_help,
  'augment.brightness': m.augment_brightness_help,
  'augment.contrast': m.augment_contrast_help,
  'augment.saturation': m.augment_saturation_help,
  'augment.blur': m.augment_blur_help,
  'augment.noise': m.augment_noise_help,
  'augment.erase': m.augment_erase_help,
  'augment.random': m.augment_random_help,
  'augment.mixup': m.augment_mixup_help,
  'augment.cutmix': m.augment_cutmix_help,
  'augment.time-shift': m.augment_time_shift_help,
  'augment.gain': m.augment_gain_help,
  'augment.white-noise': m.augment_white_noise_help,
  'augment.time-mask': m.augment_time_mask_help,
  'augment.frequency-mask': m.augment_frequency_mask_help,
  'augment.word-drop': m.augment_word_drop_help,
  'augment.word-swap': m.augment_word_swap_help,
  'augment.word-synonym': m.augment_word_synonym_help,
};
export const settingHelp = (key: string): string | undefined => settingHelps[key]?.();

const choices: Words = {
  sgd: m.optimizer_sgd,
  momentum: m.optimizer_momentum,
  nesterov: m.optimizer_nesterov,
  adagrad: m.optimizer_adagrad,
  rmsprop: m.optimizer_rmsprop,
  adam: m.optimizer_adam,
  adamw: m.optimizer_adamw,
  adamax: m.optimizer_adamax,
  nadam: m.optimizer_nadam,
  lamb: m.optimizer_lamb,
  lion: m.optimizer_lion,
  cosine: m.schedule_cosine,
  linear: m.schedule_linear,
  polynomial: m.schedule_polynomial,
  exponential: m.schedule_exponential,
  step: m.schedule_step,
  'one-cycle': m.schedule_one_cycle,
  plateau: m.schedule_plateau,
  constant: m.schedule_constant,
  auto: m.device_auto,
  cpu: m.device_cpu,
  webgpu: m.device_webgpu,
  cuda: m.device_cuda,
  dml: m.device_dml,
  coreml: m.device_coreml,
  single: m.choice_single,
  mixed: m.choice_mixed,
  relu: m.choice_relu,
  gelu: m.choice_gelu,
  'leaky-relu': m.choice_leaky_relu,
  tanh: m.choice_tanh,
  sigmoid: m.choice_sigmoid,
  max: m.choice_max,
  average: m.choice_average,
  none: m.choice_none,
  mean: m.choice_mean,
  'class-token': m.choice_class_token,
  word: m.choice_word,
  character: m.choice_character,
  'byte-pair': m.choice_byte_pair,
  mse: m.choice_mse,
  mae: m.choice_mae,
  huber: m.choice_huber,
  'cross-entropy': m.choice_cross_entropy,
  focal: m.choice_focal,
  balanced: m.choice_balanced,
  own: m.choice_own_weights,
  bce: m.choice_bce,
  'non-saturating': m.choice_non_saturating,
  hinge: m.choice_hinge,
};
/** Whether it is among the choices of a training's settings. */
export const isChoice = (value: string): boolean => Object.hasOwn(choices, value);
export function choiceWord(value: string): string {
  const synonyms = readSynonymsRef(value);
  if (synonyms) return m.brought_synonyms({ name: synonyms.name, n: format.integer(synonyms.entries) });
  const brought = readTokenizerRef(value);
  if (!brought) return look(choices, value);
  return m.brought_tokenizer({ name: brought.name, n: format.integer(brought.vocabulary) });
}

const architectures: Words = {
  linear: m.architecture_linear,
  mlp: m.architecture_mlp,
  cnn: m.architecture_cnn,
  vgg: m.architecture_vgg,
  resnet: m.architecture_resnet,
  mobilenet: m.architecture_mobilenet,
  vit: m.architecture_vit,
  cnn1d: m.architecture_cnn1d,
  lstm: m.architecture_lstm,
  gru: m.architecture_gru,
  transformer: m.architecture_transformer,
  recommender: m.architecture_recommender,
  textcnn: m.architecture_textcnn,
  'text-lstm': m.architecture_text_lstm,
  'text-gru': m.architecture_text_gru,
  'text-transformer': m.architecture_text_transformer,
  autoencoder: m.architecture_autoencoder,
  dcgan: m.architecture_dcgan,
  gpt: m.architecture_gpt,
  bert: m.architecture_bert,
};
export const architectureWord = (id: string) => look(architectures, id);

const architectureHelps: Words = {
  linear: m.architecture_linear_help,
  mlp: m.architecture_mlp_help,
  cnn: m.architecture_cnn_help,
  vgg: m.architecture_vgg_help,
  resnet: m.architecture_resnet_help,
  mobilenet: m.architecture_mobilenet_help,
  vit: m.architecture_vit_help,
  cnn1d: m.architecture_cnn1d_help,
  lstm: m.architecture_lstm_help,
  gru: m.architecture_gru_help,
  transformer: m.architecture_transformer_help,
  recommender: m.architecture_recommender_help,
  textcnn: m.architecture_textcnn_help,
  'text-lstm': m.architecture_text_lstm_help,
  'text-gru': m.architecture_text_gru_help,
  'text-transformer': m.architecture_text_transformer_help,
  autoencoder: m.architecture_autoencoder_help,
  dcgan: m.architecture_dcgan_help,
  gpt: m.architecture_gpt_help,
  bert: m.architecture_bert_help,
};
export const architectureHelp = (id: string) => architectureHelps[id]?.() ?? '';

const architectureGroups: Words = {
  table: m.architectures_general,
  image: m.architectures_image,
  audio: m.architectures_audio,
  series: m.architectures_series,
  pair: m.architectures_pair,
  text: m.architectures_text,
  reconstruction: m.architectures_reconstruction,
  generation: m.architectures_generation,
  language: m.architectures_language,
};
/** What the architectures of a group have in common: the data they take, or what they learn without a target. */
export const architectureGroupWord = (kind: InputKind | Learning) => look(architectureGroups, kind);

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

/** The same on an axis whose ticks lie so close that `metricValue` would call two of them alike. */
export function closeMetricValue(key: string, value: number): string {
  if (key.endsWith('/processor') || key.endsWith('/gpu')) return format.percent(value, 2);
  if (key.endsWith('/memory') || key.endsWith('/gpu_memory')) return format.bytes(value, 8);
  return format.figure(value, 10);
}

/** Where in the source something is: a file's path as it is, a line or record in words. */
export function whereText(where: string): string {
  const [, what, n] = /^(line|record) (\d+)$/.exec(where) ?? [];
  if (what === 'line') return m.line_n({ n });
  return what === 'record' ? m.record_n({ n }) : where;
}

/** "28 × 28 px, grey". */
export const imageWords = ({ width, height, channels }: ImageShape) =>
  m.image_shape({
    width: format.integer(width),
    height: format.integer(height),
    channels: channels === 1 ? m.channels_grey() : m.channels_rgb(),
  });

const annotationTypes: Record<AnnotationType, () => string> = {
  box: m.annotation_box,
  polygon: m.annotation_polygon,
  mask: m.annotation_mask,
  keypoints: m.annotation_keypoints,
  span: m.annotation_span,
  relation: m.annotation_relation,
  segment: m.annotation_segment,
  tag: m.annotation_tag,
};
export const annotationTypeWord = (type: AnnotationType) => annotationTypes[type]();

const annotationFlagWords: Record<AnnotationFlag, () => string> = {
  crowd: m.annotation_flag_crowd,
  difficult: m.annotation_flag_difficult,
  occluded: m.annotation_flag_occluded,
  truncated: m.annotation_flag_truncated,
  outside: m.annotation_flag_outside,
  empty: m.annotation_flag_empty,
  duplicate: m.annotation_flag_duplicate,
};
export const annotationFlagWord = (flag: AnnotationFlag) => annotationFlagWords[flag]();
