import { describe, expect, it } from 'vitest';
import { readPromptFile, writePromptFile, type PromptFile } from '../../src-main/prompts/prompt-file.ts';

const whole: PromptFile = {
  name: 'A tale: "quoted"',
  tags: ['story', '故事'],
  variables: { who: 'Ann\nand: Bob', 数: '3' },
  settings: { temperature: 0.2, stop: ['---', '\n\n'] },
  documents: { collection: 'Manuals: "old"', question: '{{who}}?', count: 3, maxTokens: 800 },
  text: 'system:\nBe brief.\n---\nuser:\nTell of {{who}}.',
};

describe('a prompt’s file', () => {
  it('says all that was written', () => {
    expect(readPromptFile(writePromptFile(whole), 'a.md')).toEqual(whole);
    const bare: PromptFile = {
      ...{ name: null, tags: [], variables: {}, settings: {}, documents: null },
      text: '---\nnot YAML',
    };
    expect(readPromptFile(writePromptFile(bare), 'a.md')).toEqual(bare);
  });
  it('may be a text alone', () => {
    expect(readPromptFile('Once upon\n---\na time', 'a.txt')).toMatchObject({
      name: null,
      text: 'Once upon\n---\na time',
    });
    expect(readPromptFile('\ufeff---\r\nname: x\r\n---\r\nhi\r\n', 'a.txt')).toMatchObject({ name: 'x', text: 'hi' });
  });
  it('asks documents as usual where it names only the collection', () => {
    expect(readPromptFile('---\ndocuments: {collection: Manuals}\n---\nhi', 'a.md').documents).toEqual({
      ...{ collection: 'Manuals', question: '{{question}}', count: 4, maxTokens: 1500 },
    });
  });
  it.each([
    ['---\n[1, 2]\n---\n', 'no list of names'],
    ['---\nname: [\n---\n', 'is no prompt'],
    ['---\nmodel: x\n---\n', '"model" is none of'],
    ['---\ntags: a\n---\n', '"tags"'],
    ['---\nsettings: {temperature: hot}\n---\n', '"temperature"'],
    ['---\ndocuments: {collection: x, count: 0}\n---\n', '"documents", "count"'],
    ['---\ndocuments: {collection: x, query: y}\n---\n', '"documents", "query"'],
    ['---\ndocuments: Manuals\n---\n', '"documents"'],
    ['---\nsettings: {temprature: 1}\n---\n', 'no setting "temprature"'],
    ['---\nvariables: {a: &a [1], b: *a}\n---\n', 'is no prompt'],
  ])('%j is refused by name', (content, why) => {
    expect(() => readPromptFile(content, 'tale.md')).toThrow(
      expect.objectContaining({ code: 'not_a_prompt', message: expect.stringContaining(why) as string }),
    );
  });
});
