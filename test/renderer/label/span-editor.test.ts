import { describe, expect, it } from 'vitest';
import type { MarkShape } from '../../../src-main/shared/marks.ts';
import type { ShownEdit, ShownMark } from '../../../src-renderer/features/label/marks.svelte.ts';
import { SpanEditor } from '../../../src-renderer/features/label/spans/span-editor.svelte.ts';

const text = 'Marie Curie was born in Warsaw.\nShe won a prize.';

/** An editor over marks that change as the place's do: at once. */
function editing(...begun: [number, number, boolean?][]) {
  let marks: ShownMark[] = begun.map(([start, end, suggested = false], i) => ({
    key: i + 1,
    class: 1,
    suggested,
    confidence: suggested ? 0.5 : null,
    shape: { type: 'span', start, end },
    saving: false,
  }));
  let last = 0;
  const sent: ShownEdit[][] = [];
  const editor = new SpanEditor({
    get nextKey() {
      return last - 1;
    },
    put(edits) {
      sent.push(edits);
      for (const edit of edits) {
        if (edit.act === 'remove') marks = marks.filter(({ key }) => key !== edit.key);
        else if (edit.act === 'accept')
          marks = marks.map((one) => (one.key === edit.key ? { ...one, suggested: false, confidence: null } : one));
        else {
          const { class: its, shape } = edit;
          const key = edit.key ?? --last;
          const one = { key, class: its, suggested: false, confidence: null, shape, saving: true };
          marks = [...marks.filter((other) => other.key !== key), one];
        }
      }
      editor.use(7, text, marks, null);
    },
  });
  editor.use(7, text, marks, null);
  const shapes = () => marks.map(({ key, class: its, shape }): [number, number, MarkShape] => [key, its, shape]);
  return { editor, sent, shapes };
}
const span = (start: number, end: number): MarkShape => ({ type: 'span', start, end });

describe('spans by keys', () => {
  it('names what is chosen, widened to words, and then names it otherwise', () => {
    const { editor, shapes } = editing();
    editor.moveTo(2);
    editor.move('word', 1, true);
    editor.move('word', 1, true);
    expect(editor.choice).toEqual({ start: 2, end: 11 });
    editor.name(4);
    expect(shapes()).toEqual([[-1, 4, span(0, 11)]]);
    expect(editor.chosen?.key).toBe(-1);
    editor.name(5);
    expect(shapes()).toEqual([[-1, 5, span(0, 11)]]);
  });

  it('names the word at the caret, and just what is chosen where words do not matter', () => {
    const { editor, shapes } = editing();
    editor.moveTo(26);
    editor.name(2);
    editor.snap = false;
    editor.moveTo(1);
    editor.moveTo(3, true);
    editor.name(3);
    editor.moveTo(31);
    editor.name(1);
    expect(shapes()).toEqual([
      [-1, 2, span(24, 30)],
      [-2, 3, span(1, 3)],
    ]);
  });

  it('puts a span once, and takes the suggestion where there is one', () => {
    const { editor, sent } = editing([0, 11], [24, 30, true]);
    editor.select({ start: 0, end: 11 });
    editor.name(1);
    expect(sent).toEqual([]);
    expect(editor.chosen?.key).toBe(1);
    editor.select({ start: 24, end: 30 });
    editor.name(1);
    expect(sent).toEqual([[{ act: 'accept', key: 2 }]]);
  });

  it('changes the bounds of the chosen one', () => {
    const { editor, shapes } = editing([0, 5]);
    editor.choose(1);
    editor.move('word', 1, true);
    expect(editor.confirm()).toBe(true);
    expect(shapes()).toEqual([[1, 1, span(0, 11)]]);
    expect(editor.chosen?.key).toBe(1);
  });

  it('goes through suggestions by Enter and Delete, and leaves the sample to others once there are none', () => {
    const { editor, sent } = editing([0, 5, true], [6, 11, true], [24, 30], [32, 35, true]);
    expect(editor.confirm()).toBe(true);
    expect(editor.chosen?.key).toBe(1);
    editor.confirm();
    expect(editor.chosen?.key).toBe(2);
    editor.remove();
    expect(editor.chosen?.key).toBe(4);
    editor.confirm();
    expect(sent).toEqual([[{ act: 'accept', key: 1 }], [{ act: 'remove', key: 2 }], [{ act: 'accept', key: 4 }]]);
    expect(editor.confirm()).toBe(false);
    editor.moveTo(0);
    expect(editor.remove()).toBe(false);
  });

  it('accepts or rejects all suggestions at once', () => {
    const accepting = editing([0, 5, true], [6, 11], [24, 30, true]);
    accepting.editor.settleSuggestions('accept');
    expect(accepting.sent).toEqual([
      [
        { act: 'accept', key: 1 },
        { act: 'accept', key: 3 },
      ],
    ]);
    accepting.editor.settleSuggestions('remove');
    expect(accepting.sent).toHaveLength(1);
  });

  it('chooses the inner one first, then the one around it', () => {
    const { editor } = editing([0, 11], [6, 11]);
    editor.chooseAt(7);
    expect(editor.chosen?.key).toBe(2);
    editor.chooseAt(7);
    expect(editor.chosen?.key).toBe(1);
    editor.chooseAt(7);
    expect(editor.chosen?.key).toBe(2);
    expect(editor.chooseAt(20)).toBe(false);
  });

  it('keeps the caret when marks change, and goes to the beginning of another text', () => {
    const { editor } = editing([0, 5]);
    editor.moveTo(20);
    editor.use(7, text, [], null);
    expect(editor.caret).toBe(20);
    editor.use(8, 'another', [], null);
    expect(editor.caret).toBe(0);
  });

  it('leaves what is chosen at its end, and at its beginning backwards', () => {
    const { editor } = editing();
    editor.select({ start: 6, end: 11 });
    editor.move('sign', 1);
    expect(editor.choice).toEqual({ start: 11, end: 11 });
    editor.select({ start: 6, end: 11 });
    editor.move('sign', -1);
    expect(editor.caret).toBe(6);
    expect(editor.leave()).toBe(false);
  });
});

describe('relations', () => {
  it('begin at a span, end at another, have a class, and go with either', () => {
    const { editor, sent, shapes } = editing([0, 11], [24, 30]);
    editor.choose(1);
    editor.relate();
    editor.step(1);
    editor.name(6);
    expect(shapes().at(-1)).toEqual([-1, 6, { type: 'relation', from: 1, to: 2 }]);
    expect(editor.chosenRelation?.key).toBe(-1);
    editor.name(5);
    expect(shapes().at(-1)).toEqual([-1, 5, { type: 'relation', from: 1, to: 2 }]);
    editor.choose(2);
    editor.remove();
    expect(sent.at(-1)).toEqual([
      { act: 'remove', key: -1 },
      { act: 'remove', key: 2 },
    ]);
    expect(editor.relations.all).toEqual([]);
  });

  it('are none of a span with itself, and can be left', () => {
    const { editor, sent } = editing([0, 11], [24, 30]);
    editor.choose(1);
    editor.relate();
    editor.name(6);
    expect(sent).toEqual([]);
    expect(editor.relating?.key).toBe(1);
    expect(editor.leave()).toBe(true);
    expect(editor.relating).toBeUndefined();
    editor.choose(2);
    editor.name(3);
    expect(sent).toEqual([[{ act: 'put', key: 2, class: 3, shape: span(24, 30) }]]);
  });
});
