import { describe, expect, it } from 'vitest';
import { namesIn, namesInMetadata } from '../../src-main/detection/names.ts';

describe('names of classes as they come with models', () => {
  it.each<[string, string[] | null]>([
    [`{0: 'person', 1: "bird's eye", 2: 'traffic light'}`, ['person', "bird's eye", 'traffic light']],
    [`{'1': 'b', '0': 'a'}`, ['a', 'b']],
    ['{"0": "a", "1": "b: c, d"}', ['a', 'b: c, d']],
    [`['a', 'it\\'s']`, ['a', "it's"]],
    ['["a", "b"]', ['a', 'b']],
    ['a\nb \r\n\nc', ['a', 'b', 'c']],
    ['a, b,c', ['a', 'b', 'c']],
    // Numbers that are left out, or that go on without end, are no list.
    [`{0: 'a', 2: 'c'}`, null],
    [`{0: 'a', 99999999: 'c'}`, null],
    ['[]', null],
    ['', null],
  ])('%s', (text, names) => {
    expect(namesIn(text)).toEqual(names);
  });

  it('are looked for under the keys that exporters use', () => {
    expect(namesInMetadata({ stride: '32', names: "{0: 'a'}" })).toEqual(['a']);
    expect(namesInMetadata({ classes: '["a", "b"]' })).toEqual(['a', 'b']);
    expect(namesInMetadata({ author: 'someone' })).toBeNull();
  });
});
