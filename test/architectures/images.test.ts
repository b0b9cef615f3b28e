import { describe, expect, it } from 'vitest';
import { buildForward, parameterCount } from '../../src-main/architectures/index.ts';
import type { BuildOptions, Settings } from '../../src-main/architectures/index.ts';
import type { ForwardModel } from '../../src-main/onnx/forward-model.ts';
import { printGraph } from '../../src-main/onnx/print.ts';
import { numbersOf } from '../../src-main/onnx/tensors.ts';

const grey = {
  input: { kind: 'image', height: 28, width: 28, channels: 1 },
  output: { kind: 'classes', count: 10 },
  seed: 7,
} as const;

/** The nodes as they are printed, without the pixels' scaling. */
const printed = (id: string, settings: Settings, options: BuildOptions): string[] =>
  printGraph(buildForward(id, settings, options).graph)
    .split('\n')
    .filter((line) => / = /.test(line) && !line.startsWith('pixels'));
const shapeIn = (forward: ForwardModel, name: string) => forward.graph.values.get(name)?.shape;
const rgb = (side: number): BuildOptions => ({
  input: { kind: 'image', height: side, width: side, channels: 3 },
  output: { kind: 'classes', count: 10 },
  seed: 1,
  blank: true,
});
const images = (id: string, settings: Settings, options: BuildOptions) =>
  parameterCount(buildForward(id, settings, options));

describe('cnn', () => {
  it('halves the image while it can', () => {
    const tiny: BuildOptions = { ...grey, input: { kind: 'image', height: 3, width: 5, channels: 3 } };
    const { graph } = buildForward('cnn', { channels: '2,2,2' }, tiny);
    expect(graph.nodes.filter(({ op }) => op === 'MaxPool')).toHaveLength(1);
    expect(graph.values.get('flatten')?.shape).toEqual(['batch', 2 * 1 * 2]);
  });
  it('keeps the image’s size under an even kernel', () => {
    const { graph } = buildForward('cnn', { kernel: 4 }, grey);
    expect(graph.values.get('conv1')?.shape).toEqual(['batch', 16, 28, 28]);
  });
  it('takes no tables', () =>
    expect(() => buildForward('cnn', {}, { ...grey, input: { kind: 'table', features: 4 } })).toThrow(
      /images and sounds, not tables/,
    ));
});

describe('vgg', () => {
  it('is VGG-16’s convolutions at its settings', () => {
    // Configuration D of the paper without its first two stages' third convolutions is 13 layers and 14 714 688 weights; a third one
    // in those two stages adds 64·64·9 and 128·128·9, and ours have no biases but two numbers for each channel's norm.
    const settings = { channels: '64,128,256,512,512', perStage: 3, hidden: '', batchNorm: false };
    const head = 512 * 10 + 10;
    const more = 64 * 64 * 9 + 64 + (128 * 128 * 9 + 128);
    expect(images('vgg', settings, rgb(32))).toBe(14_714_688 + more + head);
  });
  it('halves after each stage, not after each convolution', () => {
    const forward = buildForward('vgg', { channels: '4,8', perStage: 3 }, grey);
    expect(forward.graph.nodes.filter(({ op }) => op === 'Conv')).toHaveLength(6);
    expect(shapeIn(forward, 'conv2/pool')).toEqual(['batch', 8, 7, 7]);
  });
});

describe('resnet', () => {
  // 3×3 convolutions of two numbers a norm each, with projections where the size changes; counted from the published plans.
  it.each([
    ['8', 32, 78_042],
    ['14', 32, 175_258],
    ['20', 32, 272_474],
    ['18', 32, 11_173_962],
    // torchvision's resnet18(num_classes=10)
    ['18', 224, 11_181_642],
  ])('depth %s at %d pixels has %d parameters', (depth, side, count) => {
    expect(images('resnet', { depth }, rgb(side))).toBe(count);
  });
  it('brings large images down at once', () => {
    const large = buildForward('resnet', { depth: '18' }, rgb(224));
    expect(shapeIn(large, 'stem/pool')).toEqual(['batch', 64, 56, 56]);
    expect(shapeIn(large, 'block4_2/sum')).toEqual(['batch', 512, 7, 7]);
    const small = buildForward('resnet', { depth: '18' }, rgb(32));
    expect(shapeIn(small, 'block1_1/sum')).toEqual(['batch', 64, 32, 32]);
    expect(shapeIn(small, 'block4_2/sum')).toEqual(['batch', 512, 4, 4]);
  });
  it('begins as the identity where asked to', () => {
    const scales = (zeroInit: boolean) => {
      const { graph } = buildForward('resnet', { zeroInit }, grey);
      return numbersOf(graph.initializers.get('block1_1/conv2/norm.scale')!);
    };
    expect(scales(true).every((scale) => scale === 0)).toBe(true);
    expect(scales(false).every((scale) => scale === 1)).toBe(true);
  });
  it('takes any image', () => {
    for (const [height, width] of [
      [1, 1],
      [1, 9],
      [2, 3],
      [64, 65],
    ]) {
      const forward = buildForward(
        'resnet',
        { firstChannels: 2 },
        { ...grey, input: { kind: 'image', height, width, channels: 1 } },
      );
      expect(shapeIn(forward, 'output')).toEqual(['batch', 10]);
    }
  });
});

describe('mobilenet', () => {
  it('widens, looks around, narrows, and adds where it can', () => {
    const ops = printed('mobilenet', { channels: '4,6', perStage: 2, expansion: 3 }, grey)
      .map((line) => / = (\w+)/.exec(line)![1])
      .filter((op) => op === 'Conv' || op === 'Add');
    const block = ['Conv', 'Conv', 'Conv'];
    expect(ops).toEqual(['Conv', ...block, 'Add', ...block, 'Add', ...block, ...block, 'Add', 'Conv']);
    const { graph } = buildForward('mobilenet', { channels: '4,6', perStage: 2, expansion: 3 }, grey);
    expect(graph.initializers.get('block1_1/depthwise.weight')?.shape).toEqual([12, 1, 3, 3]);
    expect(graph.values.get('block2_1/depthwise')?.shape).toEqual(['batch', 12, 14, 14]);
  });
  it('counts', () => {
    const block = (from: number, to: number, inside: number) =>
      from * inside + 9 * inside + inside * to + 4 * inside + 2 * to;
    const wanted = 9 * 4 + 8 + block(4, 4, 8) + block(4, 6, 8) + (6 * 12 + 24) + 130;
    expect(images('mobilenet', { channels: '4,6', perStage: 1, expansion: 2 }, grey)).toBe(wanted);
  });
});

describe('vit', () => {
  const layer = (width: number, wide: number) =>
    4 * width + (3 * width * width + 3 * width) + (width * width + width) + (2 * width * wide + wide + width);
  it('counts', () => {
    const rest = 16 * 16 * 16 + 16 + 4 * 16 + 2 * 16 + 170;
    expect(images('vit', { patch: 16, width: 16, layers: 2, heads: 2, expansion: 3 }, grey)).toBe(
      2 * layer(16, 48) + rest,
    );
  });
  it('covers images that patches do not fill', () => {
    const forward = buildForward(
      'vit',
      { patch: 5 },
      { ...grey, input: { kind: 'image', height: 7, width: 11, channels: 1 } },
    );
    expect(shapeIn(forward, 'patches')).toEqual(['batch', 64, 2, 3]);
  });
  it('puts a class token before the patches', () => {
    const forward = buildForward('vit', { patch: 14, pool: 'class-token' }, grey);
    expect(shapeIn(forward, 'placed')).toEqual(['batch', 5, 64]);
    expect(forward.parameters).toContain('class');
  });
  it.each([
    [{ width: 10, heads: 4 }, /heads=4: width=10/],
    [{ patch: 1, width: 8, heads: 2 }, null],
  ])('%j', (settings, message) => {
    const build = () => buildForward('vit', settings, { ...grey, blank: true });
    if (message) expect(build).toThrow(message);
    else expect(build).not.toThrow();
  });
  it('refuses more patches than memory holds', () =>
    expect(() => buildForward('vit', { patch: 1 }, rgb(64))).toThrow(/patch=1: makes 4096 places, at most 1024/));
});
