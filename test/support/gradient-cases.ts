import { describe, it } from 'vitest';
import type { AttributeInput } from '../../src-main/onnx/attributes.ts';
import type { Shape } from '../../src-main/onnx/types.ts';
import { checkGradient, type GradientCase } from './check-gradient.ts';

/** Holds each against finite differences. `more`: of all of them, where they say nothing themselves. */
export function cases(name: string, list: Record<string, GradientCase>, more: Partial<GradientCase> = {}): void {
  describe(name, () => {
    for (const [what, test] of Object.entries(list)) it(what, () => checkGradient({ ...more, ...test }));
  });
}

/** Far enough apart that no difference crosses a tie. */
export const distinct = (length: number): number[] =>
  Array.from({ length }, (_, i) => ((i * 37) % length) / length - 0.4);

/** Y = op(X). `tie`: its gradient is another one where values are equal, so there are none. */
export const oneInput =
  (op: string, tie = false) =>
  (shape: number[], attributes: Record<string, AttributeInput>, declared?: Shape): GradientCase => ({
    inputs: {
      X: { shape, declared, ...(tie && { values: distinct(shape.reduce((size, dim) => size * dim, 1)) }) },
    },
    build: (g, { X }) => g.op(op, [X], attributes),
  });
