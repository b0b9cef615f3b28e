import { expect, it } from 'vitest';
import { changeDraft, redoDraft, undoDraft, writeDraft } from '../../src-main/db/prompt-edits.ts';
import { getDraft, insertPrompt } from '../../src-main/db/prompts.ts';
import { newId } from '../../src-main/shared/ids.ts';
import { usualSettings } from '../../src-main/shared/prompt/prompt.ts';
import { openWriter, tempFolder } from '../support/temp-workspace.ts';

function made(text = 'one', folder = tempFolder()) {
  const store = openWriter(folder);
  const id = newId('prompt');
  const bench = { model: null, variables: {}, settings: usualSettings };
  insertPrompt(store, { id, name: 'Tale', tags: [], text, bench }, 0);
  return { folder, store, id, text: () => getDraft(store, id).text };
}

it('a draft’s steps are undone and made again after the workspace was opened anew', () => {
  const { folder, store, id } = made();
  changeDraft(store, id, [{ at: 3, length: 0, inserted: ' t' }], 5, 0);
  changeDraft(store, id, [{ at: 5, length: 0, inserted: 'wo' }], 7, 50);
  changeDraft(store, id, [{ at: 0, length: 3, inserted: 'ONE' }], 7, 9000);
  writeDraft(store, id, 'restored', 9001);
  expect(undoDraft(store, id, 9002)).not.toBeNull();
  store.close();
  const later = openWriter(folder);
  const text = () => getDraft(later, id).text;
  expect(text()).toBe('ONE two');
  expect(undoDraft(later, id, 9003)).toEqual([{ at: 0, length: 3, inserted: 'one' }]);
  expect(undoDraft(later, id, 9004)).toEqual([{ at: 3, length: 4, inserted: '' }]);
  expect(text()).toBe('one');
  expect(undoDraft(later, id, 9005)).toBeNull();
  for (const expected of ['one two', 'ONE two', 'restored']) {
    expect(redoDraft(later, id, 9006)).not.toBeNull();
    expect(text()).toBe(expected);
  }
  expect(redoDraft(later, id, 9007)).toBeNull();
});

it('what is written after an undo takes the place of what was undone', () => {
  const { store, id, text } = made();
  writeDraft(store, id, 'two', 0);
  undoDraft(store, id, 1);
  writeDraft(store, id, 'three', 2);
  expect(redoDraft(store, id, 3)).toBeNull();
  undoDraft(store, id, 4);
  expect(text()).toBe('one');
});

it('a change that does not fit is refused, and nothing is changed', () => {
  const { store, id, text } = made();
  for (const [at, length] of [
    [9, 10],
    [0, 99],
  ]) {
    expect(() => changeDraft(store, id, [{ at, length: 0, inserted: 'x' }], length, 0)).toThrow(
      expect.objectContaining({ code: 'prompt_out_of_step' }),
    );
  }
  expect(text()).toBe('one');
  expect(undoDraft(store, id, 1)).toBeNull();
});

it('the oldest steps are let go once they are too many or too long', () => {
  const { store, id, text } = made('');
  const steps = () => store.get<{ n: number }>('SELECT count(*) AS n FROM prompt_edits')!.n;
  store.transaction(() => {
    for (let i = 0; i < 2100; i++) writeDraft(store, id, String(i), i * 5000);
  });
  expect(steps()).toBe(2000);
  const long = (letter: string) => letter.repeat(3 * 2 ** 20);
  for (const letter of ['a', 'b', 'c', 'd']) writeDraft(store, id, long(letter), 1e9);
  expect(steps()).toBe(1);
  undoDraft(store, id, 1e9);
  expect(text()).toBe(long('c'));
});
