import { describe, expect, it } from 'vitest';
import type { AttributeInput } from '../../src-main/onnx/attributes.ts';
import { GraphBuilder } from '../../src-main/onnx/builder.ts';
import { product, quotient } from '../../src-main/onnx/dims.ts';
import type { Dim, Shape } from '../../src-main/onnx/types.ts';

type Case = [
  op: string,
  inputs: (Shape | number[] | undefined)[],
  attributes: Record<string, AttributeInput>,
  wanted: Shape,
];
/** Inputs are shapes; `c(…)` is a constant vector. */
const c = (...values: number[]): Shape => Object.assign([...values], { constant: true }) as unknown as Shape;

function infer(op: string, inputs: Case[1], attributes: Case[2]): Shape {
  const g = new GraphBuilder('g');
  const names = inputs.map((input, index) => {
    if (!input) return undefined;
    if ('constant' in input) return g.int64s(input as number[]);
    return g.input(`x${index}`, 'float', input);
  });
  return g.shape(g.op(op, names, attributes));
}

const cases: Case[] = [
  ['Add', [['n', 3], [3]], {}, ['n', 3]],
  [
    'Add',
    [
      ['n', 1],
      [1, 'm'],
    ],
    {},
    ['n', 'm'],
  ],
  [
    'Mul',
    [
      ['n', 3],
      [4, 1],
    ],
    {},
    [4, 3],
  ],
  [
    'MatMul',
    [
      ['n', 2, 3],
      [3, 4],
    ],
    {},
    ['n', 2, 4],
  ],
  ['MatMul', [[3], [3]], {}, []],
  [
    'Gemm',
    [
      [3, 'n'],
      [4, 3],
    ],
    { transA: 1, transB: 1 },
    ['n', 4],
  ],
  [
    'Conv',
    [
      ['n', 3, 28, 28],
      [8, 3, 3, 3],
    ],
    { pads: [1, 1, 1, 1] },
    ['n', 8, 28, 28],
  ],
  [
    'Conv',
    [
      [1, 3, 'h', 'w'],
      [8, 3, 3, 3],
    ],
    { pads: [1, 1, 1, 1] },
    [1, 8, 'h', 'w'],
  ],
  [
    'Conv',
    [
      [1, 3, 'h', 9],
      [8, 3, 3, 3],
    ],
    { strides: [2, 2] },
    [1, 8, 'floor((h+1)/2)-1', 4],
  ],
  ['MaxPool', [[1, 2, 5, 7]], { kernel_shape: [2, 2], strides: [2, 2] }, [1, 2, 2, 3]],
  ['MaxPool', [[1, 2, 5, 7]], { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 }, [1, 2, 3, 4]],
  [
    'MaxPool',
    [[1, 1, 4, 4]],
    { kernel_shape: [2, 2], strides: [2, 2], pads: [0, 0, 1, 1], ceil_mode: 1 },
    [1, 1, 2, 2],
  ],
  ['Reshape', [['n', 3, 4], c(0, -1)], {}, ['n', 12]],
  ['Reshape', [['n', 3, 4], c(-1, 6)], {}, ['2*n', 6]],
  ['Reshape', [['2*n', 6], c(-1, 3, 4)], {}, ['n', 3, 4]],
  ['Reshape', [['a', 'b'], c(-1)], {}, ['a*b']],
  ['Flatten', [['n', 3, 4]], {}, ['n', 12]],
  ['Flatten', [['n', 3, 4]], { axis: 0 }, [1, '12*n']],
  ['Squeeze', [[1, 'n', 1]], {}, ['n']],
  ['Unsqueeze', [['n', 2], c(0, -1)], {}, [1, 'n', 2, 1]],
  [
    'Concat',
    [
      ['n', 2],
      ['n', 3],
    ],
    { axis: -1 },
    ['n', 5],
  ],
  [
    'Concat',
    [
      ['n', 2],
      [3, 2],
    ],
    { axis: 0 },
    ['n+3', 2],
  ],
  ['Slice', [[10, 'n'], c(-3), c(2 ** 31 - 1), c(0)], {}, [3, 'n']],
  ['Slice', [[10], c(-1), c(-100), c(0), c(-3)], {}, [4]],
  ['ReduceSum', [['n', 3, 4], c(-1)], { keepdims: 0 }, ['n', 3]],
  ['ReduceMean', [['n', 3, 4]], {}, [1, 1, 1]],
  ['ReduceSum', [['n', 3]], { noop_with_empty_axes: 1 }, ['n', 3]],
  ['ArgMax', [['n', 10]], { axis: 1, keepdims: 0 }, ['n']],
  ['Transpose', [['n', 'h', 'w', 3]], { perm: [0, 3, 1, 2] }, ['n', 3, 'h', 'w']],
  ['Pad', [[2, 3], c(0, 1, 0, 2)], {}, [2, 6]],
  ['Expand', [['n', 1], c(1, 5)], {}, ['n', 5]],
  ['Tile', [['n', 3], c(2, 4)], {}, ['2*n', 12]],
  ['Split', [['n', 7]], { axis: 1, num_outputs: 1 }, ['n', 7]],
  ['DepthToSpace', [['n', 8, 'h', 3]], { blocksize: 2 }, ['n', 2, '2*h', 6]],
  ['SpaceToDepth', [['n', 2, '2*h', 6]], { blocksize: 2 }, ['n', 8, 'h', 3]],
  ['CenterCropPad', [['n', 5, 6], c(8)], { axes: [-1] }, ['n', 5, 8]],
  ['Clip', [['n', 3]], {}, ['n', 3]],
  ['Max', [['n', 1], [3], ['n', 3]], {}, ['n', 3]],
  [
    'ConvTranspose',
    [
      [1, 4, 3, 3],
      [4, 2, 3, 3],
    ],
    { strides: [2, 2], output_padding: [1, 1] },
    [1, 2, 8, 8],
  ],
  [
    'ConvTranspose',
    [
      ['n', 4, 'h', 3],
      [4, 2, 3, 3],
    ],
    { strides: [2, 1], group: 2, pads: [1, 0, 1, 0] },
    ['n', 4, '2*h-1', 5],
  ],
  [
    'ConvTranspose',
    [
      ['n', 4, 'h', 3],
      [4, 2, 3, 3],
    ],
    { strides: [2, 2], auto_pad: 'SAME_UPPER' },
    ['n', 2, '2*h', 6],
  ],
  [
    'Conv',
    [
      ['n', 3, 'h', 9],
      [8, 3, 3, 3],
    ],
    { strides: [2, 2], auto_pad: 'SAME_LOWER' },
    ['n', 8, 'floor((h+1)/2)', 5],
  ],
  ['AveragePool', [['n', 2, 'h']], { kernel_shape: [3], strides: [2], ceil_mode: 1 }, ['n', 2, 'floor((h)/2)']],
  ['LpPool', [['n', 2, 5]], { kernel_shape: [3], strides: [2] }, ['n', 2, 2]],
  ['GlobalLpPool', [['n', 2, 'h', 5]], {}, ['n', 2, 1, 1]],
  [
    'MaxUnpool',
    [
      ['n', 2, 'h', 3],
      ['n', 2, 'h', 3],
    ],
    { kernel_shape: [2, 2], strides: [2, 2] },
    ['n', 2, '2*h', 6],
  ],
  ['Resize', [['n', 2, 'h', 4], undefined, undefined, c(3, 2, 6, 7)], {}, [3, 2, 6, 7]],
  ['Resize', [['n', 2, 'h', 4], undefined, c(1, 1, 2, 3)], {}, ['n', 2, '2*h', 12]],
  ['Resize', [['n', 2, 'h', 4], undefined, undefined, c(9, 5)], { axes: [-1, -2] }, ['n', 2, 5, 9]],
  [
    'GridSample',
    [
      ['n', 3, 8, 8],
      ['n', 'h', 5, 2],
    ],
    {},
    ['n', 3, 'h', 5],
  ],
  ['AffineGrid', [['n', 2, 3], c(2, 3, 4, 5)], {}, [2, 4, 5, 2]],
  ['Col2Im', [['n', 12, 6], c(3, 4), c(2, 2)], {}, ['n', 3, 3, 4]],
  [
    'RoiAlign',
    [[1, 3, 8, 8], ['regions', 4], ['regions']],
    { output_height: 2, output_width: 5 },
    ['regions', 3, 2, 5],
  ],
  [
    'MaxRoiPool',
    [
      [1, 3, 8, 8],
      ['regions', 5],
    ],
    { pooled_shape: [2, 4] },
    ['regions', 3, 2, 4],
  ],
  [
    'DeformConv',
    [
      ['n', 2, 5, 5],
      [4, 2, 3, 3],
      ['n', 18, 3, 3],
    ],
    {},
    ['n', 4, 3, 3],
  ],
  ['LayerNormalization', [['n', 3, 4], [4]], {}, ['n', 3, 4]],
];

describe('shape inference', () => {
  it.each(cases)('%s %j %j', (op, inputs, attributes, wanted) => expect(infer(op, inputs, attributes)).toEqual(wanted));

  it('follows sizes through Shape, Gather, Concat and Reshape', () => {
    const g = new GraphBuilder('g');
    const x = g.input('x', 'float', ['batch', 3, 4]);
    const first = g.op('Gather', [g.op('Shape', [x]), g.int64s([0])]);
    const target = g.concat([first, g.int64s([12])], 0);
    expect(g.shape(g.op('Reshape', [x, target]))).toEqual(['batch', 12]);
  });

  const errors: [string, Case[1], Case[2], RegExp][] = [
    [
      'MatMul',
      [
        [2, 3],
        [4, 5],
      ],
      {},
      /MatMul "MatMul": \[2, 3\] times \[4, 5\]/,
    ],
    ['Add', [[2, 3], [2]], {}, /do not broadcast/],
    [
      'Conv',
      [
        [1, 3, 8, 8],
        [4, 2, 3, 3],
      ],
      {},
      /input \[1, 3, 8, 8\], weights/,
    ],
    [
      'Conv',
      [
        [1, 3, 2, 2],
        [4, 3, 5, 5],
      ],
      {},
      /does not fit/,
    ],
    ['Reshape', [[2, 3], c(4)], {}, /does not fill/],
    ['Transpose', [[2, 3]], { perm: [0, 0] }, /perm=\[0,0\]/],
    ['Softmax', [], {}, /./],
    ['Flatten', [[2, 3]], { axis: 5 }, /axis 5/],
    ['DepthToSpace', [[1, 6, 2, 2]], { blocksize: 2 }, /blocks of 4 do not fill 6/],
    ['MaxPool', [[1, 1, 4, 4]], { kernel_shape: [2] }, /kernel_shape has 1 entries/],
    ['ImageDecoder', [[2]], {}, /ImageDecoder "ImageDecoder": its output shape is not known/],
  ];
  it.each(errors)('%s %j %j is refused', (op, inputs, attributes, message) => {
    expect(() => infer(op, inputs, attributes)).toThrow(message);
  });
});

describe('sizes with names', () => {
  const dims: [Dim[], Dim][] = [
    [[2, 3], 6],
    [['n', 2, 'm', 3], '6*m*n'],
    [['2*n', 3], '6*n'],
    [['n', 0], 0],
    [[], 1],
  ];
  it.each(dims)('product of %j', (values, wanted) => expect(product(values)).toBe(wanted));
  it('quotients cancel names', () => {
    expect(quotient(['n', 3, 4], ['n'])).toBe(12);
    expect(quotient(['n', 3, 4], [6])).toBe('2*n');
    expect(quotient(['n', 3], [2])).toBeUndefined();
    expect(quotient(['n', 3], ['m'])).toBeUndefined();
  });
});
