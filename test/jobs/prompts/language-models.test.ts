import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { folderKind, looksLikeLanguageModel } from '../../../src-main/jobs/prompts/language-models.ts';
import { tempFolder } from '../../support/temp-workspace.ts';

it('a folder is what its config.json says, as far as that can be told', () => {
  const folder = (name: string, config: string): string => {
    const path = join(tempFolder(), name);
    mkdirSync(path);
    writeFileSync(join(path, 'config.json'), config);
    return path;
  };
  expect(folderKind(folder('mood', '{"architectures":["DistilBertForSequenceClassification"]}'))).toBe('classifies');
  expect(folderKind(folder('minilm', '{"architectures":["BertModel"],"model_type":"bert"}'))).toBe('embeds');
  // Opening it tells what is wrong.
  expect(folderKind(folder('broken', '['))).toBe('writes');
  expect(() => folderKind(folder('qa', '{"architectures":["BertForMultipleChoice"]}'))).toThrow(
    expect.objectContaining({ code: 'unsupported_architecture' }),
  );
});

it('a folder with a configuration and a tokenizer looks like a language model; nothing else that is dropped does', () => {
  const base = tempFolder();
  const folder = (name: string, files: string[]): string => {
    mkdirSync(join(base, name));
    for (const file of files) writeFileSync(join(base, name, file), '{}');
    return join(base, name);
  };
  expect(looksLikeLanguageModel(folder('model', ['config.json', 'tokenizer.json']))).toBe(true);
  expect(looksLikeLanguageModel(folder('half', ['config.json']))).toBe(false);
  writeFileSync(join(base, 'data.csv'), 'a,b\n1,2\n');
  expect(looksLikeLanguageModel(join(base, 'data.csv'))).toBe(false);
  expect(looksLikeLanguageModel(join(base, 'nothing'))).toBe(false);
});
