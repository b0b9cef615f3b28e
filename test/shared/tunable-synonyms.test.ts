import { expect, it } from 'vitest';
import { synonymsRef } from '../../src-main/shared/augment/synonyms.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import { checkTunable, Tunables, withSettings } from '../../src-main/shared/tunable.ts';
import { trainRequest } from '../support/fake-studio.ts';

it('a study names the list of synonyms that its trials train with', () => {
  const tunables = new Tunables([]);
  const list = synonymsRef({ name: 'words', entries: 3, blob: 'a'.repeat(64) });
  const synonyms = tunables.find('synonyms', 'settings');
  checkTunable(synonyms, list, 'settings.synonyms');
  expect(() => checkTunable(synonyms, 'words.txt', 'settings.synonyms')).toThrow(/it must be a list that is kept/);
  const base = trainRequest('dv_0' as VersionId, 'textcnn');
  const asked = withSettings(base, { synonyms: list, 'augment.word-synonym': 0.2 }, tunables, {
    fields: [],
    task: 'classification',
  });
  expect(asked).toMatchObject({ synonyms: list, augment: { 'word-synonym': 0.2 } });
});
