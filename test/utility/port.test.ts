import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { JobKind, Progress } from '../../src-main/shared/job.ts';
import type { FromUtility, ToUtility } from '../../src-main/shared/work.ts';
import { ProgressMeter } from '../../src-main/utility/port/progress.ts';

const echo = fileURLToPath(new URL('./echo.ts', import.meta.url));
let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

interface Ran {
  child: ChildProcess;
  messages: FromUtility[];
  exit: Promise<{ code: number | null; signal: string | null }>;
  next(type: FromUtility['type']): Promise<FromUtility>;
}

function start(path: string, kind: JobKind = 'import'): Ran {
  child = fork(echo, { serialization: 'advanced', stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  const started = child;
  const messages: FromUtility[] = [];
  const waiting: { type: string; resolve: (message: FromUtility) => void }[] = [];
  started.on('message', (message) => {
    messages.push(message as FromUtility);
    for (const each of waiting) if (each.type === (message as FromUtility).type) each.resolve(message as FromUtility);
  });
  started.send({ type: 'start', job: 'job_x', kind, params: { blobs: '', paths: [path], splitSeed: 0 } });
  return {
    child: started,
    messages,
    exit: new Promise((resolve) => started.on('exit', (code, signal) => resolve({ code, signal }))),
    next: (type) => new Promise((resolve) => waiting.push({ type, resolve })),
  };
}
const send = (ran: Ran, message: ToUtility): void => void ran.child.send(message);

describe('a utility', () => {
  it('announces itself, works, answers and exits', async () => {
    const ran = start('nothing');
    expect(await ran.exit).toEqual({ code: 0, signal: null });
    expect(ran.messages.map((message) => message.type)).toEqual(['ready', 'log', 'result']);
    // NaN and typed arrays arrive as they are.
    expect(ran.messages[2]).toMatchObject({ value: { manifest: { samples: NaN, bytes: new Float32Array([1.5]) } } });
  });

  it('reports what it threw as facts', async () => {
    const ran = start('throw');
    expect(await ran.exit).toMatchObject({ code: 1 });
    expect(ran.messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'enoent', message: 'no such file' } });
  });

  it('reports a rejection that nobody handled', async () => {
    const ran = start('reject-later');
    await ran.exit;
    expect(ran.messages.at(-1)).toMatchObject({ type: 'error', error: { message: 'nobody waited for this' } });
  });

  it('refuses a job of another kind', async () => {
    const ran = start('nothing', 'train');
    await ran.exit;
    expect(ran.messages.at(-1)).toMatchObject({ type: 'error', error: { code: 'internal' } });
  });

  it('hears a cancel between pieces of blocking work, within 2 s', async () => {
    const ran = start('work');
    await ran.next('progress');
    const asked = performance.now();
    send(ran, { type: 'cancel' });
    await ran.exit;
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(ran.messages.at(-1)).toEqual({ type: 'cancelled' });
  });

  it('hears a request to stop early', async () => {
    const ran = start('work');
    await ran.next('progress');
    send(ran, { type: 'stop-early' });
    expect(await ran.exit).toMatchObject({ code: 0 });
    expect(ran.messages.at(-1)).toMatchObject({ type: 'result' });
  });

  it('ends when its parent goes away', async () => {
    const ran = start('wait');
    await ran.next('ready');
    ran.child.disconnect();
    await ran.exit;
  });

  it('dies alone when native code crashes', async () => {
    expect(await start('crash').exit).toEqual({ code: null, signal: 'SIGSEGV' });
  });
});

describe('progress', () => {
  it('is sent ten times a second, with rate and time left of the last seconds', () => {
    let now = 0;
    const sent: Progress[] = [];
    const meter = new ProgressMeter(
      (progress) => sent.push(progress),
      () => now,
    );
    const report = (done: number): void => meter.report({ stage: 'decoding', unit: 'files', done, total: 1_000 });
    report(0);
    for (let done = 1; done <= 100; done++) {
      now += 10;
      report(done);
    }
    expect(sent.length).toBe(11);
    expect(sent[0]).toMatchObject({ rate: 0, remaining: null });
    expect(sent.at(-1)).toMatchObject({ done: 100, rate: 100, remaining: 9 });
    now += 1;
    report(1_000);
    expect(sent.at(-1)).toMatchObject({ done: 1_000, remaining: 0 });
  });

  it('forgets a slow start', () => {
    let now = 0;
    const sent: Progress[] = [];
    const meter = new ProgressMeter(
      (progress) => sent.push(progress),
      () => now,
    );
    const report = (done: number): void => meter.report({ stage: 'reading', unit: 'rows', done, total: 0 });
    report(0);
    now = 60_000;
    report(1);
    for (let done = 2; done < 12; done++) {
      now += 1_000;
      report(done * 10);
    }
    expect(sent.at(-1)!.rate).toBeCloseTo(10, 0);
    expect(sent.at(-1)!.remaining).toBeNull();
  });
});
