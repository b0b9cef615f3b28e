import { describe, expect, it } from 'vitest';
import { withDuck } from '../../src-main/datasets/duck.ts';
import { dataFolder } from '../support/data-import.ts';

// Hours of work, if it is left to run.
const endless = 'SELECT sum(sin(range)) FROM range(1000000000000)';

describe('withDuck', () => {
  it('ends the statement that runs when it is cancelled', async () => {
    const { blobs } = await dataFolder();
    const cancel = new AbortController();
    const work = withDuck({ blobs, signal: cancel.signal }, async (connection) => {
      setTimeout(() => cancel.abort(new Error('enough')), 100);
      await connection.run(endless);
    });
    await expect(work).rejects.toThrow('enough');
  });

  it('ends also a statement begun just after the cancelling', async () => {
    const { blobs } = await dataFolder();
    const cancel = new AbortController();
    const work = withDuck({ blobs, signal: cancel.signal }, async (connection) => {
      await connection.run('SELECT 1');
      cancel.abort(new Error('enough'));
      await connection.run(endless);
    });
    await expect(work).rejects.toThrow('enough');
  });
});
