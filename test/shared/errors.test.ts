import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JobLog } from '../../src-main/jobs/job-log.ts';
import { AtelierError, errorFacts } from '../../src-main/shared/errors.ts';
import { tempFolder } from '../support/temp-workspace.ts';

describe('a failure for want of memory', () => {
  it('is told as that, with what to do', () => {
    const real = new RangeError('Array buffer allocation failed');
    expect(errorFacts(real)).toMatchObject({
      code: 'out_of_memory',
      message: expect.stringMatching(/not enough memory .*smaller batch/) as string,
    });
  });

  it('is told apart from others', () => {
    expect(errorFacts(new Error('no such thing')).code).toBe('internal');
    expect(errorFacts(new AtelierError('diverged', 'bad_alloc')).code).toBe('diverged');
    const missing = Object.assign(new Error("ENOENT: no such file, open 'out of memory.csv'"), { code: 'ENOENT' });
    expect(errorFacts(missing).code).toBe('enoent');
  });

  it('is found in what a process said before it was ended, before its long trace', () => {
    const path = join(tempFolder(), 'log.txt');
    const log = new JobLog(path);
    log.add('FATAL ERROR: v8::ArrayBuffer::New Allocation failed - process out of memory\n');
    for (let frame = 0; frame < 40; frame++) log.add(` ${frame}: 0x931db0 [node]\n`);
    expect(log.outOfMemory).toBe('FATAL ERROR: v8::ArrayBuffer::New Allocation failed - process out of memory');
    expect(new JobLog(`${path}.2`).outOfMemory).toBeNull();
  });
});

describe('a table of which the rows are gone from the workspace', () => {
  it('is told as stored data that is missing, not as SQL', () => {
    const said =
      'IO Error: No files found that match the pattern "/home/a/work [[]1[]]/blobs/8a/8a8f"\n\nLINE 2: ...SELECT';
    expect(errorFacts(new Error(said))).toEqual({
      code: 'blob_missing',
      message:
        'Stored data is missing: /home/a/work [1]/blobs/8a/8a8f. Restore the workspace from a backup, or import the data again.',
      details: [],
    });
    expect(errorFacts(new Error('No files found that match the pattern "/tmp/own.parquet"')).code).toBe('internal');
  });
});
