import { describe, expect, it } from 'vitest';
import { differentiate } from '../../../src-main/autodiff/phases/5-differentiate.ts';
import { simplify } from '../../../src-main/autodiff/phases/7-simplify.ts';
import type { AttributeInput } from '../../../src-main/onnx/attributes.ts';
import { GraphBuilder, type Value } from '../../../src-main/onnx/builder.ts';
import { withOutputs } from '../../../src-main/onnx/graph.ts';
import { tensor } from '../../../src-main/onnx/tensors.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { checkGradient, compiledGradients, type GradientCase, type InputCase } from '../../support/check-gradient.ts';
import { cases } from '../../support/gradient-cases.ts';

type Inputs = Readonly<Record<string, Value>>;
const TO_END = 2 ** 31 - 1;
const TO_START = -(2 ** 31);

const of = (
  input: InputCase,
  build: (g: GraphBuilder, x: Value, inputs: Inputs) => Value,
  more: Readonly<Record<string, InputCase>> = {},
): GradientCase => ({ inputs: { X: input, ...more }, build: (g, inputs) => build(g, inputs.X, inputs) });

describe('Slice', () => {
  const columns: [what: string, start: number, end: number, step: number][] = [
    ['1:', 1, TO_END, 1],
    ['-1:', -1, TO_END, 1],
    ['-3:', -3, TO_END, 1],
    [':-1', 0, -1, 1],
    ['1:-1', 1, -1, 1],
    [':3', 0, 3, 1],
    ['2:4', 2, 4, 1],
    ['-3:-1', -3, -1, 1],
    ['-20:-2', -20, -2, 1],
    ['2:100', 2, 100, 1],
    [':1', 0, 1, 1],
    ['-4:5', -4, 5, 1],
    ['::2', 0, TO_END, 2],
    ['1::2', 1, TO_END, 2],
    ['::3', 0, TO_END, 3],
    ['1:-1:3', 1, -1, 3],
    ['-5::2', -5, TO_END, 2],
    ['2:3:5', 2, 3, 5],
    ['::-1', -1, TO_START, -1],
    ['::-2', -1, TO_START, -2],
    ['::-3', -1, TO_START, -3],
    ['-2::-1', -2, TO_START, -1],
    ['-2:0:-2', -2, 0, -2],
    ['4:1:-1', 4, 1, -1],
    ['4::-3', 4, TO_START, -3],
    ['100:-5:-2', 100, -5, -2],
  ];
  for (const size of [5, 6, 7]) {
    for (const [what, start, end, step] of columns) {
      const slice = (declared?: Shape): GradientCase =>
        of({ shape: [2, size], declared }, (g, x) => g.slice(x, [start], [end], [1], [step]));
      it(`[:, ${what}] of ${size}`, () => checkGradient(slice()));
      it(`[:, ${what}] of an unknown size, which is ${size}`, () => checkGradient(slice(['batch', 'seq'])));
    }
  }
  const tokens = { shape: [2, 3, 4], declared: ['batch', 'seq', 4] };
  /** The size of axis 1 of the tokens, as a vector. */
  const length = (g: GraphBuilder, x: Value): Value => g.op('Shape', [x], { start: 1, end: 2 });
  const list: Record<string, GradientCase> = {
    'several axes, some of them unknown': of({ shape: [3, 4, 5], declared: ['batch', 4, 'seq'] }, (g, x) =>
      g.slice(x, [1, -3, 0], [TO_END, TO_END, -1], [-1, 1, 0]),
    ),
    'steps on two unknown axes': of({ shape: [5, 4], declared: ['a', 'b'] }, (g, x) =>
      g.slice(x, [1, -1], [TO_END, TO_START], [0, 1], [2, -2]),
    ),
    'axes left out': of({ shape: [4, 5] }, (g, x) => g.op('Slice', [x, g.int64s([1]), g.int64s([3])])),
    'as many positions as there are tokens': of(
      tokens,
      (g, x, { positions }) => g.add(x, g.op('Slice', [positions, g.int64s([0]), length(g, x), g.int64s([1])])),
      { positions: { shape: [1, 6, 4] } },
    ),
    'the last positions, as many as there are tokens': of(
      tokens,
      (g, x, { positions }) =>
        g.add(x, g.op('Slice', [positions, g.neg(length(g, x)), g.int64s([TO_END]), g.int64s([1])])),
      { positions: { shape: [1, 6, 4] } },
    ),
    'the tokens after as many as in another value': of(
      { shape: [2, 5], declared: ['batch', 'all'] },
      (g, x, { past }) => g.op('Slice', [x, length(g, past), g.int64s([TO_END]), g.int64s([1])]),
      { past: { shape: [2, 2], declared: ['batch', 'past'] } },
    ),
    'an axis cut to a single element': of({ shape: [2, 5], declared: ['batch', 'seq'] }, (g, x) =>
      g.op('Squeeze', [g.slice(x, [-1], [TO_END], [1]), g.int64s([1])]),
    ),
  };
  for (const [what, test] of Object.entries(list)) {
    it(what, () => checkGradient({ ...test, wrt: Object.keys(test.inputs).filter((name) => name !== 'past') }));
  }

  const bounds: [number, number, number][] = [
    [1, 4, 1],
    [-3, -1, 1],
    [-30, 30, 1],
    [0, 5, 2],
    [-1, -30, -1],
    [3, 0, -2],
    [2, 3, 1],
  ];
  for (const [start, end, step] of bounds) {
    for (const declared of [undefined, ['batch', 'seq']]) {
      it(`bounds that only the run knows, ${start}:${end}:${step}${declared ? ', of an unknown size' : ''}`, () =>
        checkGradient(
          of(
            { shape: [2, 5], declared },
            (g, x, { from, to }) => g.op('Slice', [x, from, to, g.int64s([-1]), g.int64s([step])]),
            {
              from: { shape: [1], type: 'int64', values: [start] },
              to: { shape: [1], type: 'int64', values: [end] },
            },
          ),
        ));
    }
  }
  it('two axes with bounds that only the run knows', () =>
    checkGradient(
      of(
        { shape: [4, 5, 2], declared: ['a', 5, 2] },
        (g, x, { from, to }) => {
          const [axes, steps] = [
            [1, 0],
            [2, 1],
          ].map((values) => g.constant(tensor('int32', [2], values)));
          return g.op('Slice', [x, from, to, axes, steps]);
        },
        {
          from: { shape: [2], type: 'int32', values: [1, -3] },
          to: { shape: [2], type: 'int32', values: [5, -1] },
        },
      ),
    ));
  it('nothing taken, nothing given back', async () => {
    const test = of({ shape: [2, 3], declared: ['batch', 'seq'] }, (g, x) =>
      g.concat([g.slice(x, [1], [1], [1]), x], 1),
    );
    await checkGradient(test);
  });
});

cases('Concat', {
  'three, an inner axis': {
    inputs: { X: { shape: [2, 3, 2] }, Y: { shape: [2, 1, 2] }, Z: { shape: [2, 2, 2] } },
    build: (g, { X, Y, Z }) => g.concat([X, Y, Z], -2),
  },
  'one alone': of({ shape: [2, 3] }, (g, x) => g.concat([x], 1)),
  'an unknown batch': {
    inputs: { X: { shape: [2, 3], declared: ['batch', 3] }, Y: { shape: [2, 2], declared: ['batch', 2] } },
    build: (g, { X, Y }) => g.concat([X, Y], 1),
  },
  'a token before unknown many': {
    inputs: {
      X: { shape: [2, 1, 2], declared: ['batch', 1, 2] },
      Y: { shape: [2, 3, 2], declared: ['batch', 'seq', 2] },
    },
    build: (g, { X, Y }) => g.concat([X, Y], 1),
  },
  'unknown sizes, three of them': {
    inputs: {
      X: { shape: [2, 4], declared: ['a', 4] },
      Y: { shape: [3, 4], declared: ['b', 4] },
      Z: { shape: [1, 4], declared: ['c', 4] },
    },
    build: (g, { X, Y, Z }) => g.concat([X, Y, Z], 0),
  },
  'one of which needs no gradient': {
    inputs: { X: { shape: [2, 4], declared: ['a', 4] }, Y: { shape: [3, 4], declared: ['b', 4] } },
    wrt: ['Y'],
    build: (g, { X, Y }) => g.concat([X, Y], 0),
  },
});

describe('Split', () => {
  const parts = (
    input: InputCase,
    count: number,
    given: readonly number[] | undefined,
    attributes: Readonly<Record<string, AttributeInput>>,
    used = Array.from({ length: count }, (_, i) => i),
  ): GradientCase =>
    of(input, (g, x) => {
      const outputs = Array.from({ length: count }, (_, i) => `part${i}`);
      const made = g.node('Split', [x, given && g.int64s(given)], attributes, { outputs });
      const flat = used.map((i) => g.op('Reshape', [g.scale(made[i], i + 1), g.int64s([-1])]));
      return g.concat(flat.reverse(), 0);
    });
  const list: Record<string, GradientCase> = {
    'equal parts': parts({ shape: [2, 6] }, 3, undefined, { axis: 1, num_outputs: 3 }),
    'the last part smaller': parts({ shape: [7, 2] }, 3, undefined, { num_outputs: 3 }),
    sizes: parts({ shape: [2, 6] }, 3, [1, 3, 2], { axis: -1 }),
    'one part unused': parts({ shape: [2, 6] }, 3, [1, 3, 2], { axis: 1 }, [0, 2]),
    'only the last part used': parts({ shape: [2, 6] }, 3, undefined, { axis: 1, num_outputs: 3 }, [2]),
    'an unknown batch': parts({ shape: [2, 6], declared: ['batch', 6] }, 2, undefined, { axis: 1, num_outputs: 2 }),
    'an unknown batch, one part unused': parts({ shape: [2, 6], declared: ['batch', 6] }, 2, [2, 4], { axis: 1 }, [1]),
    'an unknown size': parts({ shape: [2, 6], declared: ['batch', 'width'] }, 2, undefined, {
      axis: 1,
      num_outputs: 2,
    }),
    'an unknown size that does not divide, one part unused': parts(
      { shape: [2, 5], declared: ['batch', 'width'] },
      2,
      undefined,
      { axis: 1, num_outputs: 2 },
      [0],
    ),
    'a single part': parts({ shape: [2, 3] }, 1, undefined, { axis: 1, num_outputs: 1 }),
  };
  for (const [what, test] of Object.entries(list)) it(what, () => checkGradient(test));
});

describe('Pad', () => {
  const pad = (
    input: InputCase,
    pads: readonly number[],
    mode: string | undefined,
    axes?: readonly number[],
  ): GradientCase => ({
    ...of(input, (g, x) => g.op('Pad', [x, g.int64s(pads), undefined, axes && g.int64s(axes)], { mode })),
    opset: mode === 'wrap' ? 19 : 18,
  });
  const list: Record<string, [pads: number[], axes?: number[]]> = {
    'before and after': [[0, 1, 1, 2, 0, 1, 1, 0]],
    nothing: [[0, 0, 0, 0, 0, 0, 0, 0]],
    'axes given': [
      [2, 0, 1, 3],
      [-1, 2],
    ],
    'one axis, after it': [[0, 2], [3]],
    'negative pads': [[0, 0, -1, -2, 0, 0, -1, -1]],
    'negative and positive': [[-1, 2], [-1]],
    'positive and negative': [
      [1, -1, 0, 1, -2, 1],
      [3, 2, 1],
    ],
  };
  const input = { shape: [2, 2, 4, 5] };
  for (const mode of [undefined, 'constant', 'reflect', 'edge', 'wrap']) {
    for (const [what, [pads, axes]] of Object.entries(list)) {
      it(`${mode ?? 'mode left out'}: ${what}`, () => checkGradient(pad(input, pads, mode, axes)));
      it(`${mode ?? 'mode left out'}: ${what}, sizes unknown`, () =>
        checkGradient(pad({ ...input, declared: ['batch', 2, 'height', 'width'] }, pads, mode, axes)));
    }
  }
  it('as far as a mirror reaches', () => checkGradient(pad({ shape: [2, 3] }, [0, 2, 0, 2], 'reflect')));
  it('as far as one turn reaches', () => checkGradient(pad({ shape: [2, 3] }, [0, 3, 0, 3], 'wrap')));
  it('more than one turn is refused', async () => {
    const test = pad({ shape: [2, 3] }, [0, 4, 0, 0], 'wrap');
    await expect(compiledGradients(test, 'cpu')).rejects.toMatchObject({ code: 'unsupported_attribute' });
  });
  it('a single element at the edge', () => checkGradient(pad({ shape: [2, 1] }, [0, 2, 0, 3], 'edge')));
  it('a learnt constant', () =>
    checkGradient(
      of({ shape: [2, 3], declared: ['batch', 3] }, (g, x, { c }) => g.op('Pad', [x, g.int64s([1, 2, 0, -1]), c]), {
        c: { shape: [], values: [0.7] },
      }),
    ));
  it('as many as another value has', () =>
    checkGradient({
      inputs: { X: { shape: [2, 3], declared: ['batch', 'seq'] }, Y: { shape: [2], declared: ['more'] } },
      wrt: ['X'],
      build: (g, { X, Y }) =>
        g.op('Pad', [X, g.concat([g.int64s([1]), g.op('Shape', [Y])], 0), undefined, g.int64s([1])], { mode: 'edge' }),
    }));
  it('pads that only the run knows', () =>
    checkGradient(
      of({ shape: [2, 3], declared: ['batch', 'seq'] }, (g, x, { pads }) => g.op('Pad', [x, pads]), {
        pads: { shape: [4], type: 'int64', values: [0, 2, 1, -1] },
      }),
    ));
});

describe('Tile', () => {
  const tile = (input: InputCase, repeats: readonly number[]): GradientCase =>
    of(input, (g, x) => g.op('Tile', [x, g.int64s(repeats)]));
  for (const repeats of [
    [1, 1, 1],
    [2, 1, 1],
    [1, 1, 3],
    [2, 3, 2],
  ]) {
    it(`[${repeats.join(', ')}]`, () => checkGradient(tile({ shape: [2, 3, 2] }, repeats)));
    it(`[${repeats.join(', ')}], sizes unknown`, () =>
      checkGradient(tile({ shape: [2, 3, 2], declared: ['batch', 'seq', 2] }, repeats)));
  }
  it('a vector', () => checkGradient(tile({ shape: [3] }, [4])));
  it('as often as another value has rows', () =>
    checkGradient({
      inputs: { X: { shape: [1, 3] }, Y: { shape: [2, 2], declared: ['batch', 2] } },
      wrt: ['X'],
      build: (g, { X, Y }) => {
        const rows = g.op('Shape', [Y], { start: 0, end: 1 });
        return g.op('Tile', [X, g.concat([rows, g.int64s([2])], 0)]);
      },
    }));
  it('as often as only the run knows', () =>
    checkGradient(
      of({ shape: [2, 3], declared: ['batch', 3] }, (g, x, { repeats }) => g.op('Tile', [x, repeats]), {
        repeats: { shape: [2], type: 'int64', values: [3, 2] },
      }),
    ));
});

describe('Expand', () => {
  const expand = (input: InputCase, shape: readonly number[]): GradientCase =>
    of(input, (g, x) => g.op('Expand', [x, g.int64s(shape)]));
  it('axes of size 1', () => checkGradient(expand({ shape: [2, 1, 3] }, [2, 4, 3])));
  it('ones in the shape keep the size', () => checkGradient(expand({ shape: [2, 1, 3] }, [1, 4, 1])));
  it('more axes', () => checkGradient(expand({ shape: [3, 1] }, [2, 1, 4])));
  it('a scalar', () => checkGradient(expand({ shape: [] }, [2, 3])));
  it('fewer axes', () => checkGradient(expand({ shape: [2, 3] }, [3])));
  it('to the shape of another value', () =>
    checkGradient({
      inputs: { X: { shape: [1, 3] }, Y: { shape: [2, 3], declared: ['batch', 3] } },
      wrt: ['X'],
      build: (g, { X, Y }) => g.op('Expand', [X, g.op('Shape', [Y])]),
    }));
  for (const to of [
    [2, 3],
    [4, 1],
    [1, 1],
  ]) {
    it(`to a shape that only the run knows, [${to.join(', ')}]`, () =>
      checkGradient(
        of({ shape: [1, 3], declared: ['batch', 3] }, (g, x, { shape }) => g.op('Expand', [x, shape]), {
          shape: { shape: [2], type: 'int64', values: to },
        }),
      ));
  }
});

describe('Trilu', () => {
  for (const upper of [0, 1]) {
    for (const k of [undefined, -1, 2]) {
      it(`upper=${upper}, k=${k ?? 'left out'}`, () =>
        checkGradient(
          of({ shape: [2, 3, 4], declared: ['batch', 'seq', 4] }, (g, x) =>
            g.op('Trilu', [x, k === undefined ? k : g.constant(tensor('int64', [], [k]))], { upper }),
          ),
        ));
    }
  }
});

describe('CumSum', () => {
  for (const exclusive of [0, 1]) {
    for (const reverse of [0, 1]) {
      for (const axis of [0, 1, -1]) {
        it(`axis ${axis}, exclusive=${exclusive}, reverse=${reverse}`, () =>
          checkGradient(
            of({ shape: [2, 3, 4], declared: ['batch', 'seq', 4] }, (g, x) =>
              g.op('CumSum', [x, g.constant(tensor('int64', [], [axis]))], { exclusive, reverse }),
            ),
          ));
      }
    }
  }
});

describe('DepthToSpace and SpaceToDepth', () => {
  const sizes: [number[], Shape | undefined][] = [
    [[2, 8, 2, 3], undefined],
    [
      [2, 8, 2, 3],
      ['batch', 8, 'height', 'width'],
    ],
    [[1, 4, 1, 1], undefined],
  ];
  for (const [shape, declared] of sizes) {
    for (const mode of [undefined, 'DCR', 'CRD']) {
      it(`DepthToSpace of [${(declared ?? shape).join(', ')}], mode ${mode ?? 'left out'}`, () =>
        checkGradient(of({ shape, declared }, (g, x) => g.op('DepthToSpace', [x], { blocksize: 2, mode }))));
    }
  }
  it('DepthToSpace, blocks of 3', () =>
    checkGradient(of({ shape: [1, 9, 2, 1] }, (g, x) => g.op('DepthToSpace', [x], { blocksize: 3, mode: 'CRD' }))));
  for (const declared of [undefined, ['batch', 2, 'height', 'width']]) {
    it(`SpaceToDepth${declared ? ', sizes unknown' : ''}`, () =>
      checkGradient(of({ shape: [2, 2, 4, 6], declared }, (g, x) => g.op('SpaceToDepth', [x], { blocksize: 2 }))));
  }
  it('SpaceToDepth, blocks of 3', () =>
    checkGradient(of({ shape: [1, 2, 3, 6] }, (g, x) => g.op('SpaceToDepth', [x], { blocksize: 3 }))));
});

describe('CenterCropPad', () => {
  const list: [shape: number[], to: number[], axes?: number[]][] = [
    [
      [5, 6],
      [3, 3],
    ],
    [
      [5, 6],
      [2, 9],
    ],
    [
      [2, 3],
      [5, 8],
    ],
    [
      [2, 5, 6],
      [8, 3],
      [-1, 1],
    ],
    [[2, 3], [3], [1]],
  ];
  for (const [shape, to, axes] of list) {
    const test = (declared?: Shape) =>
      of({ shape, declared }, (g, x) => g.op('CenterCropPad', [x, g.int64s(to)], { axes }));
    it(`[${shape.join(', ')}] to [${to.join(', ')}]${axes ? ` on axes [${axes.join(', ')}]` : ''}`, () =>
      checkGradient(test()));
    it(`unknown sizes to [${to.join(', ')}]${axes ? ` on axes [${axes.join(', ')}]` : ''}`, () =>
      checkGradient(test(shape.map((_, axis) => `axis${axis}`))));
  }
});

describe('known sizes', () => {
  /** The operators that the gradient of `build` takes, of an input of shape [batch, 4, 6, 6]. */
  function operatorsOf(build: (g: GraphBuilder, x: Value) => Value): Set<string> {
    const g = new GraphBuilder('known');
    const x = g.input('X', 'float', ['batch', 4, 6, 6]);
    const y = build(g, x);
    const loss = g.reduceSum(
      y,
      g.shape(y).map((_, axis) => axis),
      false,
    );
    g.output(loss);
    const { graph, gradients } = differentiate(g.finish(), loss, ['X']);
    return new Set(simplify(withOutputs(graph, [gradients.get('X')!])).nodes.map(({ op }) => op));
  }
  const list: Record<string, (g: GraphBuilder, x: Value) => Value> = {
    Slice: (g, x) => g.slice(x, [1, 1, -1], [TO_END, -1, TO_START], [1, 2, 3], [2, 1, -1]),
    Concat: (g, x) => g.concat([x, g.scale(x, 2)], 1),
    Split: (g, x) => g.node('Split', [x], { axis: 1, num_outputs: 1 }, { outputs: ['part'] })[0],
    Pad: (g, x) => g.op('Pad', [x, g.int64s([0, 0, 1, 2, 0, 0, 3, 0])], { mode: 'reflect' }),
    Tile: (g, x) => g.op('Tile', [x, g.int64s([1, 2, 1, 3])]),
    DepthToSpace: (g, x) => g.op('DepthToSpace', [x], { blocksize: 2 }),
    SpaceToDepth: (g, x) => g.op('SpaceToDepth', [x], { blocksize: 2 }),
    Trilu: (g, x) => g.op('Trilu', [x]),
  };
  for (const [what, build] of Object.entries(list)) {
    it(`${what} computes no sizes beside an unknown batch`, () => {
      const computing = ['Size', 'Range', 'NonZero', 'ScatterElements', 'Gather', 'Sub'];
      expect([...operatorsOf(build)].filter((op) => computing.includes(op))).toEqual([]);
    });
  }
});
