import type { ColumnRole, ColumnType, DatasetKind, ImageShape, SplitName } from '../../src-main/shared/dataset.ts';
import { deviceTitles } from '../../src-main/shared/device.ts';
import type { AnnotationFlag, AnnotationType } from '../../src-main/shared/annotation.ts';
import type { InputKind } from '../../src-main/shared/input-kinds.ts';
import type { JobKind, JobStatus, Progress } from '../../src-main/shared/job.ts';
import type { DeviceName } from '../../src-main/shared/run.ts';
import { readTokenizerRef } from '../../src-main/shared/text.ts';
import type { Learning } from '../../src-main/shared/task.ts';
import type { ColumnWarning } from '../../src-main/shared/profile.ts';
import { format } from './format.ts';
import { locale } from './locale.svelte.ts';
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
  running: m.status_running,
  finished: m.status_finished,
  failed: m.status_failed,
  cancelled: m.status_cancelled,
  interrupted: m.status_interrupted,
};
export const statusWord = (status: JobStatus) => statuses[status]();

const jobKinds: Record<JobKind, () => string> = {
  import: m.job_import,
  revise: m.job_revise,
  leaks: m.job_leaks,
  quality: m.job_quality,
  train: m.job_train,
  evaluate: m.job_evaluate,
  predict: m.job_predict,
  export: m.job_export,
  'export-data': m.job_export_data,
  selftest: m.job_selftest,
  provider: m.job_provider,
};
export const jobKindWord = (kind: JobKind) => jobKinds[kind]();

const stages: Words = {
  listing: m.stage_listing,
  unpacking: m.stage_unpacking,
  reading: m.stage_reading,
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
  'augment.word-drop': m.augment_word_drop,
  'augment.word-swap': m.augment_word_swap,
  dataset: m.dataset,
  version: m.version,
};
export const settingWord = (key: string) => look(settings, key);

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
  'augment.word-drop': m.augment_word_drop_help,
  'augment.word-swap': m.augment_word_swap_help,
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
  bce: m.choice_bce,
  'non-saturating': m.choice_non_saturating,
  hinge: m.choice_hinge,
};
export function choiceWord(value: string): string {
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
  rmse: m.metric_rmse,
  mae: m.metric_mae,
  mse: m.metric_mse,
  r2: m.metric_r2,
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
  samples_per_second: m.metric_samples_per_second,
  memory: m.metric_memory,
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

const lower = /loss|error|rmse|mae|mse|memory|perplexity|bits_per/;
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

/** "Val accuracy": for the heads of columns. */
export function metricShort(key: string): string {
  const { metric, split } = metricParts(key);
  if (!split) return metric;
  const of = { train: m.metric_short_train, validation: m.metric_short_validation, test: m.metric_short_test }[split];
  // "Val accuracy", but "Val RMSE".
  return of({ metric: /^\p{Lu}\p{Ll}/u.test(metric) ? metric.charAt(0).toLowerCase() + metric.slice(1) : metric });
}

/** A metric's value in the digits and unit that suit it; `short` for curves' axes. */
export function metricValue(key: string, value: number, short = false): string {
  if (key.endsWith('/memory')) return format.bytes(value, short ? 4 : 3);
  if (key.endsWith('samples_per_second'))
    return short ? format.compact(value) : m.rate_samples({ n: format.compact(value) });
  // Decibels.
  if (key.endsWith('psnr')) return format.fixed(value, 2);
  return short ? format.figure(value, 3) : format.fixed(value, 4);
}

const noteCodes: Words = {
  encoding: m.note_encoding,
  delimiter: m.note_delimiter,
  dialect: m.note_dialect,
  damaged_text: m.note_damaged_text,
  skipped_lines: m.note_skipped_lines,
  rejected: m.note_rejected,
  target_missing: m.note_target_missing,
  no_target: m.note_no_target,
  no_features: m.note_no_features,
  decimal_comma: m.note_decimal_comma,
  resized: m.note_resized,
  resampled: m.note_resampled,
  converted: m.note_converted,
  single_class: m.note_single_class,
  no_header: m.note_no_header,
  duplicate_names: m.note_duplicate_names,
  target_guessed: m.note_target_guessed,
  given_split: m.note_given_split,
  small_class: m.note_small_class,
  empty_class: m.note_empty_class,
  no_classes: m.note_no_classes,
  nested: m.note_nested,
  binary_left_out: m.note_binary_left_out,
  cut_short: m.note_cut_short,
  also_found: m.note_also_found,
  scaled: m.note_scaled,
  channels_first: m.note_channels_first,
  arrays_left_out: m.note_arrays_left_out,
  error_cells: m.note_error_cells,
  formulas_without_values: m.note_formulas_without_values,
  misnamed: m.note_misnamed,
  passed_over: m.note_passed_over,
  corpus: m.note_corpus,
  cut_into_parts: m.note_cut_into_parts,
  size_differs: m.note_size_differs,
  annotations_outside: m.note_annotations_outside,
  annotations_empty: m.note_annotations_empty,
  annotations_duplicate: m.note_annotations_duplicate,
  class_numbers: m.note_class_numbers,
  unmarked: m.note_unmarked,
  tags_repaired: m.note_tags_repaired,
  other_annotators: m.note_other_annotators,
};

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

/** In English the importer's own sentence, which has the numbers in it; elsewhere what kind of note it is, and that. */
export function noteText(note: { code: string; message: string }): string {
  const word = noteCodes[note.code];
  if (locale.current === 'en' || !word) return note.message;
  return m.note_with_detail({ note: word(), detail: note.message });
}

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
