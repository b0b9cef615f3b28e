import type { MarkShape } from '../../../../src-main/shared/marks.ts';
import type { ShownMark } from '../marks.svelte.ts';

type RelationShape = Extract<MarkShape, { type: 'relation' }>;
export type RelationMark = ShownMark & { shape: RelationShape };
const isRelation = (mark: ShownMark): mark is RelationMark => mark.shape.type === 'relation';

/** The relations of a text by the spans that they join. */
export class Relations {
  readonly all: readonly RelationMark[];
  readonly #bySpan = new Map<number, RelationMark[]>();

  constructor(marks: readonly ShownMark[]) {
    this.all = marks.filter(isRelation);
    for (const relation of this.all) {
      const { from, to } = relation.shape;
      for (const span of new Set([from, to])) this.#bySpan.set(span, [...(this.#bySpan.get(span) ?? []), relation]);
    }
  }

  byKey(key: number): RelationMark | undefined {
    return this.all.find((one) => one.key === key);
  }

  /** Those that a span is in. */
  of(span: number): readonly RelationMark[] {
    return this.#bySpan.get(span) ?? [];
  }

  between(from: number, to: number): RelationMark[] {
    return this.of(from).filter(({ shape }) => shape.from === from && shape.to === to);
  }
}
