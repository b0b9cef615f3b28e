// A utility for port.test.ts. What it does is said by the "paths" of a pretended import.
import { runJob } from '../../src-main/utility/port/job-port.ts';

runJob('import', async ({ paths }, context) => {
  switch (paths[0]) {
    case 'throw':
      throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    case 'reject-later':
      void Promise.reject(new Error('nobody waited for this'));
      await context.pause();
      break;
    case 'crash':
      process.kill(process.pid, 'SIGSEGV');
      break;
    case 'work': {
      // Like session.run: the thread is blocked for most of the time.
      for (let done = 0; ; done++) {
        const end = performance.now() + 50;
        while (performance.now() < end);
        context.progress({ stage: 'working', unit: 'rows', done, total: 0 });
        if (context.stopRequested()) break;
        await context.pause();
      }
      break;
    }
    case 'wait':
      await new Promise((resolve) => setTimeout(resolve, 60_000));
  }
  context.log('done');
  return { manifest: { samples: NaN, bytes: new Float32Array([1.5]) } as never, suggestedName: 'echo' };
});
