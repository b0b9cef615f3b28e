import { expect, it } from 'vitest';
import { killWhileLabelling, makeLabelling } from '../support/label-kills.ts';
import { tempFolder } from '../support/temp-workspace.ts';

it('loses nothing that was answered, however often whoever labels is killed', async () => {
  const folder = tempFolder();
  const { answered, lost, unsound } = await killWhileLabelling(folder, makeLabelling(folder, 60), 5, 1);
  expect(answered).toBeGreaterThan(5);
  expect({ lost, unsound }).toEqual({ lost: 0, unsound: 0 });
}, 60_000);
