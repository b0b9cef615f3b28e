import { message } from '../../onnx/descriptor.ts';

/**
 * TensorFlow's event.proto, summary.proto and tensor.proto, and TensorBoard's plugins/hparams/plugin_data.proto, as far as scalars and
 * hyperparameters need them.
 */

const pluginData = message('SummaryMetadata.PluginData', () => ({ 1: ['plugin', 'string'], 2: ['content', 'bytes'] }));
const metadata = message('SummaryMetadata', () => ({ 1: ['pluginData', pluginData] }));

const dimension = message('TensorShapeProto.Dim', () => ({ 1: ['size', 'int'] }));
const shape = message('TensorShapeProto', () => ({ 2: ['dims', dimension, 'repeated'] }));
const tensor = message('TensorProto', () => ({
  1: ['dtype', 'int'],
  2: ['shape', shape],
  4: ['content', 'bytes'],
  5: ['floats', 'float', 'repeated'],
  6: ['doubles', 'double', 'repeated'],
  7: ['ints', 'int', 'repeated'],
  10: ['longs', 'bigint', 'repeated'],
  11: ['bools', 'int', 'repeated'],
  13: ['halves', 'int', 'repeated'],
}));

const value = message('Summary.Value', () => ({
  1: ['tag', 'string'],
  2: ['simple', 'float'],
  8: ['tensor', tensor],
  9: ['metadata', metadata],
}));
const summary = message('Summary', () => ({ 1: ['values', value, 'repeated'] }));
const session = message('SessionLog', () => ({ 1: ['status', 'int'] }));

export const event = message('Event', () => ({
  1: ['wallTime', 'double'],
  2: ['step', 'bigint'],
  3: ['fileVersion', 'string'],
  5: ['summary', summary],
  7: ['session', session],
}));

const protoValue = message('google.protobuf.Value', () => ({
  2: ['number', 'double'],
  3: ['text', 'string'],
  4: ['flag', 'int'],
}));
const entry = message('HParamsEntry', () => ({ 1: ['key', 'string'], 2: ['value', protoValue] }));
const sessionStart = message('SessionStartInfo', () => ({ 1: ['hparams', entry, 'repeated'] }));
const sessionEnd = message('SessionEndInfo', () => ({ 1: ['status', 'int'] }));
export const hparams = message('HParamsPluginData', () => ({ 3: ['start', sessionStart], 4: ['end', sessionEnd] }));

export interface TensorMessage {
  dtype?: number;
  shape?: { dims?: { size?: number }[] };
  content?: Uint8Array;
  floats?: number[];
  doubles?: number[];
  ints?: number[];
  longs?: bigint[];
  bools?: number[];
  halves?: number[];
}
export interface ValueMessage {
  tag?: string;
  simple?: number;
  tensor?: TensorMessage;
  metadata?: { pluginData?: { plugin?: string; content?: Uint8Array } };
}
export interface EventMessage {
  wallTime?: number;
  step?: bigint;
  fileVersion?: string;
  summary?: { values?: ValueMessage[] };
  session?: { status?: number };
}
export interface HparamsMessage {
  start?: { hparams?: { key?: string; value?: { number?: number; text?: string; flag?: number } }[] };
  end?: { status?: number };
}
