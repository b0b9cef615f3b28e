import { describe, expect, it } from 'vitest';
import { GraphBuilder } from '../../../src-main/onnx/builder.ts';
import { lower } from '../../../src-main/autodiff/phases/8-lower.ts';
import type { Shape } from '../../../src-main/onnx/types.ts';
import { AtelierError } from '../../../src-main/shared/errors.ts';
import { checkGradient, type InputCase } from '../../support/check-gradient.ts';

const names = ['A', 'B', 'C', 'D'];

function check(equation: string, shapes: readonly number[][], declared: readonly Shape[] = []): Promise<void> {
  const inputs = Object.fromEntries(
    shapes.map((shape, i): [string, InputCase] => [names[i], { shape, declared: declared[i] }]),
  );
  return checkGradient({
    inputs,
    build: (g, values) =>
      g.op(
        'Einsum',
        shapes.map((_, i) => values[names[i]]),
        { equation },
      ),
  });
}

const equations: [string, number[][], Shape[]?][] = [
  // Two inputs
  [
    'ij,jk->ik',
    [
      [3, 4],
      [4, 2],
    ],
  ],
  [
    'ij,jk->ki',
    [
      [3, 4],
      [4, 2],
    ],
  ],
  [
    'ij,kj',
    [
      [3, 4],
      [2, 4],
    ],
  ],
  [
    'bij,bjk->bik',
    [
      [2, 3, 4],
      [2, 4, 2],
    ],
  ],
  [
    'bid,bjd->bij',
    [
      [2, 3, 4],
      [2, 2, 4],
    ],
  ],
  [
    'bhid,bhjd->bhij',
    [
      [2, 2, 3, 4],
      [2, 2, 2, 4],
    ],
  ],
  [
    'blhk,bmhk->bhlm',
    [
      [2, 3, 2, 4],
      [2, 2, 2, 4],
    ],
  ],
  [
    'bhlm,bmhk->blhk',
    [
      [2, 2, 3, 4],
      [2, 4, 2, 3],
    ],
  ],
  [
    'bld,dhk->blhk',
    [
      [2, 3, 4],
      [4, 2, 3],
    ],
  ],
  [
    'blhk,hkd->bld',
    [
      [2, 3, 2, 4],
      [2, 4, 3],
    ],
  ],
  ['i,i->', [[5], [5]]],
  ['i,i', [[5], [5]]],
  ['i,j->ij', [[3], [4]]],
  ['ij,i->ij', [[3, 4], [3]]],
  [
    'ij,ij->i',
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    'ij,ij->',
    [
      [3, 4],
      [3, 4],
    ],
  ],
  [
    'ij,jk->k',
    [
      [3, 4],
      [4, 2],
    ],
  ],
  [
    'ijk,jl->il',
    [
      [2, 3, 4],
      [3, 2],
    ],
  ],
  ['ij,k->kij', [[2, 3], [4]]],
  ['i,->i', [[3], []]],
  ['ij,j->i', [[3, 4], [4]]],
  [
    'ijk,kji->ij',
    [
      [2, 3, 4],
      [4, 3, 2],
    ],
  ],
  [
    'bnid,bmjd->bnmij',
    [
      [2, 2, 3, 2],
      [2, 3, 2, 2],
    ],
  ],
  [
    'abc,cde->eda',
    [
      [2, 3, 2],
      [2, 3, 2],
    ],
  ],
  [
    ' i j , j k -> i k ',
    [
      [3, 4],
      [4, 2],
    ],
  ],
  [
    'iJ,Jk->ik',
    [
      [3, 4],
      [4, 2],
    ],
  ],
  // One input
  ['ij->ji', [[3, 4]]],
  ['ij->i', [[3, 4]]],
  ['ij->', [[3, 4]]],
  ['ij->ij', [[3, 4]]],
  ['ba', [[3, 4]]],
  ['ijk->kj', [[2, 3, 4]]],
  // Three and more
  [
    'ij,jk,kl->il',
    [
      [2, 3],
      [3, 4],
      [4, 2],
    ],
  ],
  ['i,ij,j->', [[3], [3, 4], [4]]],
  [
    'bi,bj,bk->bijk',
    [
      [2, 2],
      [2, 3],
      [2, 2],
    ],
  ],
  ['ij,ik,il,i->jkl', [[2, 3], [2, 2], [2, 2], [2]]],
  // Dots
  [
    '...ij,...jk->...ik',
    [
      [2, 2, 3, 4],
      [2, 2, 4, 2],
    ],
  ],
  [
    '...ij,...jk',
    [
      [2, 3, 4],
      [4, 2],
    ],
  ],
  [
    '...hk,hkd->...d',
    [
      [2, 3, 2, 4],
      [2, 4, 3],
    ],
  ],
  [
    'b...d,...d->b...',
    [
      [2, 3, 2, 4],
      [3, 2, 4],
    ],
  ],
  [
    '...i,...i->...',
    [
      [2, 3, 4],
      [3, 4],
    ],
  ],
  ['...ij->...ji', [[2, 3, 4]]],
  [
    '...,...->...',
    [
      [2, 3],
      [2, 3],
    ],
  ],
  // Axes of size 1
  [
    'bij,bjk->bik',
    [
      [1, 3, 4],
      [2, 4, 2],
    ],
  ],
  [
    'ij,jk->ik',
    [
      [3, 1],
      [1, 2],
    ],
  ],
  [
    '...i,...i->...i',
    [
      [2, 1, 3],
      [4, 3],
    ],
  ],
  // Sizes with names
  [
    'bld,dhk->blhk',
    [
      [2, 3, 4],
      [4, 2, 3],
    ],
    [
      ['batch', 'seq', 4],
      [4, 2, 3],
    ],
  ],
  [
    'blhk,bmhk->bhlm',
    [
      [2, 3, 2, 4],
      [2, 5, 2, 4],
    ],
    [
      ['batch', 'seq', 2, 4],
      ['batch', 'memory', 2, 4],
    ],
  ],
  [
    'bhlm,bmhk->blhk',
    [
      [2, 2, 3, 4],
      [2, 4, 2, 3],
    ],
    [
      ['b', 'h', 'l', 'm'],
      ['b', 'm', 'h', 'k'],
    ],
  ],
  [
    'blhk,hkd->bld',
    [
      [2, 3, 2, 4],
      [2, 4, 3],
    ],
    [
      ['batch', 'seq', 2, 4],
      [2, 4, 3],
    ],
  ],
  [
    'ijk,kji->ij',
    [
      [2, 3, 4],
      [4, 3, 2],
    ],
    [
      ['a', 'b', 'c'],
      ['c', 'b', 'a'],
    ],
  ],
  [
    'bi,bj->',
    [
      [2, 3],
      [2, 4],
    ],
    [
      ['n', 3],
      ['n', 'm'],
    ],
  ],
  ['ij->i', [[3, 4]], [['a', 'b']]],
];

describe('Einsum', () => {
  for (const [equation, shapes, declared] of equations) {
    it(`${equation} of ${JSON.stringify(declared ?? shapes)}`, () => check(equation, shapes, declared));
  }
  for (const [equation, shapes] of [
    ['ii->i', [[3, 3]]],
    ['ii', [[3, 3]]],
    [
      'ij,jj->i',
      [
        [2, 3],
        [3, 3],
      ],
    ],
    ['iji->ji', [[2, 3, 2]]],
    [
      'iij,jk->ik',
      [
        [2, 2, 3],
        [3, 2],
      ],
    ],
  ] as [string, number[][]][]) {
    it(`the diagonals of ${equation}`, () => check(equation, shapes));
  }
  it('one value twice', () =>
    checkGradient({
      inputs: { A: { shape: [2, 3] } },
      build: (g, { A }) => g.op('Einsum', [A, A], { equation: 'ij,kj->ik' }),
    }));

  it.each([
    ['ij,jk->im', /^Einsum "Einsum": equation="ij,jk->im" cannot have the output im$/],
    ['ij->ij', /is for 1 inputs, not 2$/],
    ['ijk,jk->i', /does not fit input 0 of rank 2$/],
    ['ij;jk', /is not well formed$/],
    ['ij,jk->ii', /cannot have the output ii$/],
  ])('refuses %s', (equation, message) => {
    const g = new GraphBuilder('g');
    const inputs = [g.input('A', 'float', [2, 3]), g.input('B', 'float', [3, 2])];
    expect(() => g.op('Einsum', inputs, { equation })).toThrow(message);
    expect(() => g.op('Einsum', inputs, { equation })).toThrow(AtelierError);
  });

  it('runs as plain products of matrices', () => {
    const g = new GraphBuilder('g');
    const [q, k] = ['q', 'k'].map((name) => g.input(name, 'float', ['batch', 'seq', 2, 4]));
    g.output(g.op('Einsum', [q, k], { equation: 'bihd,bjhd->bhij' }));
    const ops = lower(g.finish(), 'cpu').nodes.map(({ op }) => op);
    expect(ops).toEqual(['Transpose', 'Transpose', 'MatMul']);
  });
});

describe('MatMul of sizes with names', () => {
  const list: [number[], Shape, number[], Shape][] = [
    [
      [2, 3, 4],
      ['batch', 'seq', 4],
      [4, 5],
      [4, 5],
    ],
    [
      [2, 3, 4],
      ['batch', 'seq', 'width'],
      [4, 5],
      ['width', 'out'],
    ],
    [
      [2, 2, 3, 4],
      ['batch', 2, 'seq', 4],
      [2, 2, 4, 3],
      ['batch', 2, 4, 'keys'],
    ],
    [
      [2, 2, 3, 4],
      ['b', 'h', 'n', 'd'],
      [2, 2, 4, 3],
      ['b', 'h', 'd', 'm'],
    ],
    [
      [2, 3, 4],
      ['batch', 'seq', 4],
      [1, 4, 5],
      ['other', 4, 5],
    ],
    [
      [3, 4],
      ['seq', 4],
      [2, 4, 5],
      ['batch', 4, 5],
    ],
    [
      [2, 1, 3, 4],
      ['batch', 1, 'seq', 4],
      [2, 4, 3],
      ['heads', 4, 'keys'],
    ],
    [[4], ['width'], [2, 4, 3], ['batch', 'width', 3]],
    [[2, 3, 4], ['batch', 'seq', 'width'], [4], ['width']],
    [[4], ['n'], [4], ['n']],
    [[3, 4], ['n', 'm'], [4], ['m']],
    [[4], ['n'], [4, 3], ['n', 'm']],
  ];
  for (const [a, declaredA, b, declaredB] of list) {
    it(`[${declaredA}] · [${declaredB}]`, () =>
      checkGradient({
        inputs: { A: { shape: a, declared: declaredA }, B: { shape: b, declared: declaredB } },
        build: (g, { A, B }) => g.matmul(A, B),
      }));
  }
});
