import type { InputKind } from '../../src-main/shared/input-kinds.ts';
import type { Learning } from '../../src-main/shared/task.ts';
import { look, type Words } from './keyed.ts';
import { m } from './messages.ts';

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
