import { expect, it } from 'vitest';
import type { MarkedKind } from '../../src-main/shared/marks.ts';
import { killWhileLabelling, makeLabelling } from '../support/label-kills.ts';
import { tempFolder } from '../support/temp-workspace.ts';

it.each<[MarkedKind, number]>([
  ['objects', 3],
  ['spans', 2],
  ['segments', 2],
])(
  'loses nothing that was answered, however often whoever marks %s is killed',
  async (kind, kills) => {
    const folder = tempFolder();
    const { answered, lost, unsound } = await killWhileLabelling(folder, makeLabelling(folder, 60, kind), kills, 1);
    expect(answered).toBeGreaterThan(kills);
    expect({ lost, unsound }).toEqual({ lost: 0, unsound: 0 });
  },
  60_000,
);
