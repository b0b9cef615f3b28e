import { describe, expect, it } from 'vitest';
import { usualVariant, variantsOf } from '../../src-main/hub/choose.ts';
import type { HubModel } from '../../src-main/hub/describe.ts';

const model = (files: Record<string, number>, type: string | null = null): HubModel => ({
  ...{ id: 'owner/name', commit: '0'.repeat(40), licence: null, licenceLink: null, gated: false, task: null, type },
  files: Object.entries(files).map(([path, bytes]) => ({ path, bytes, hash: { of: 'git-blob', hex: '0'.repeat(40) } })),
});
const common = { 'config.json': 1, 'tokenizer.json': 2 };
const paths = (one: { files: { path: string }[] }): string[] => one.files.map(({ path }) => path);

describe('what of a repository is downloaded', () => {
  it('is one set of weights with what lies outside of them, and what it takes to open it', () => {
    const variants = variantsOf(
      model({
        ...common,
        'README.md': 3,
        LICENSE: 1,
        'pytorch_model.bin': 900,
        'onnx/model.onnx': 10,
        'onnx/model.onnx_data': 400,
        'onnx/model.onnx_data_1': 300,
        'onnx/model_q4.onnx': 90,
        'onnx/model_q4f16.onnx': 80,
        'onnx/model_quantized.onnx': 120,
        'onnx/decoder_model_merged_q4.onnx': 91,
        'images/x.png': 5,
        '1_Pooling/config.json': 0,
      }),
    );
    expect(variants.map(({ key, bytes }) => [key, bytes])).toEqual([
      ['full', 717],
      ['quantized', 127],
      ['q4', 97],
      ['q4f16', 87],
    ]);
    expect(paths(variants[0])).toEqual([
      'config.json',
      'tokenizer.json',
      'README.md',
      'LICENSE',
      '1_Pooling/config.json',
      'onnx/model.onnx',
      'onnx/model.onnx_data',
      'onnx/model.onnx_data_1',
    ]);
    expect(paths(variants[2]).at(-1)).toBe('onnx/model_q4.onnx');
  });

  it('is both decoders of a model that begins with one and goes on with another', () => {
    const files = {
      'onnx/decoder_model.onnx': 50,
      'onnx/decoder_with_past_model.onnx': 45,
      'decoder_model_merged_q4.onnx': 9,
    };
    const variants = variantsOf(model({ ...common, ...files, 'onnx/decoder_with_past_model_q4.onnx': 8 }));
    expect(variants.map((one) => paths(one).slice(2))).toEqual([
      ['onnx/decoder_model.onnx', 'onnx/decoder_with_past_model.onnx'],
      ['decoder_model_merged_q4.onnx'],
    ]);
  });

  it('is both nets of a model that reads with one and writes with another', () => {
    const variants = variantsOf(
      model({
        ...common,
        'onnx/encoder_model.onnx': 40,
        'onnx/decoder_model.onnx': 50,
        'onnx/decoder_with_past_model.onnx': 45,
        'onnx/decoder_with_past_model.onnx_data': 100,
        'onnx/encoder_model_q4.onnx': 10,
        'onnx/decoder_model_q4.onnx': 12,
        'onnx/decoder_model_merged_q4.onnx': 13,
      }),
    );
    expect(variants.map((one) => [one.key, ...paths(one).slice(2)])).toEqual([
      [
        'full',
        'onnx/encoder_model.onnx',
        'onnx/decoder_model.onnx',
        'onnx/decoder_with_past_model.onnx',
        'onnx/decoder_with_past_model.onnx_data',
      ],
      ['q4', 'onnx/encoder_model_q4.onnx', 'onnx/decoder_model_merged_q4.onnx'],
    ]);
  });

  it('takes safetensors only of those that are read as they are', () => {
    const files = { ...common, 'model-00001-of-00002.safetensors': 5, 'model-00002-of-00002.safetensors': 5 };
    const index = { 'model.safetensors.index.json': 1 };
    expect(paths(variantsOf(model({ ...files, ...index }, 'llama'))[0])).toHaveLength(5);
    expect(() => variantsOf(model({ ...files, ...index }, 'gpt_neox'))).toThrow(
      expect.objectContaining({ code: 'hub_no_weights' }),
    );
  });

  it('tells what it lacks', () => {
    expect(() => variantsOf(model({ 'config.json': 1, 'model.onnx': 9 }))).toThrow(
      expect.objectContaining({
        code: 'tokenizer_missing',
        message: expect.stringContaining('no tokenizer.json') as string,
      }),
    );
    expect(() => variantsOf(model({ ...common, 'model.gguf': 9 }))).toThrow(
      expect.objectContaining({ code: 'hub_no_weights' }),
    );
  });

  it('suits the machine: as published where there is room, else the largest that is easy, else the smallest', () => {
    const of = (full: number) =>
      variantsOf(model({ ...common, 'model.onnx': full, 'model_fp16.onnx': full / 2, 'model_q4.onnx': full / 8 }));
    expect(usualVariant(of(5e8), 16e9).key).toBe('full');
    expect(usualVariant(of(2.8e9), 16e9).key).toBe('fp16');
    expect(usualVariant(of(9e10), 16e9).key).toBe('q4');
    expect(usualVariant(of(5e8), 2.5e9).key).toBe('fp16');
  });
});
