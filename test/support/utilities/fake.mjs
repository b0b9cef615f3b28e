// A utility whose behaviour the test chooses: by the word in params.paths[0], or in the settings' architecture.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

process.on('disconnect', () => process.exit(1));
process.on('message', (message) => {
  if (message.type === 'cancel') return cancel();
  if (message.type === 'pause') return pause();
  if (message.type === 'stop-early') return end({ type: 'result', value: trainResult(true) });
  start(message.kind, message.params);
});
process.send({ type: 'ready' });

let cancel = () => end({ type: 'cancelled' });
let pause = () => end({ type: 'paused' });

function end(message) {
  process.send(message, () => process.exit(message.type === 'error' ? 1 : 0));
}

function start(kind, params) {
  const trains = kind === 'train' || kind === 'forecast';
  const word = trains ? params.settings.architecture : params.paths[0].split('/').pop();
  const progress = (done) =>
    process.send({
      type: 'progress',
      progress: { done, total: 1000, unit: 'rows', rate: 100, remaining: 1, stage: 'reading' },
    });
  switch (word) {
    case 'quick':
      progress(1000);
      if (kind === 'forecast') return end({ type: 'result', value: forecastOf(params) });
      return end({ type: 'result', value: kind === 'train' ? trainResult(false) : importResult(params) });
    case 'busy': {
      let done = 0;
      return void setInterval(() => progress((done += 1)), 5);
    }
    case 'resumable':
      // Works until it is paused; what goes on is done at once, and says so.
      if (params.resume)
        return end({ type: 'result', value: { ...trainResult(false), metrics: { 'test/resumed': 1 } } });
      process.send({ type: 'metrics', points: [{ key: 'train/loss', step: 1, epoch: 0.1, value: 1, time: 1 }] });
      return void setInterval(() => {}, 1000);
    case 'deaf':
      // Native code that blocks the thread: no message is heard.
      progress(1);
      return void setTimeout(() => {
        for (;;);
      }, 50);
    case 'stubborn':
      cancel = pause = () => {};
      progress(1);
      return void setInterval(() => {}, 1000);
    case 'refuses':
      return end({ type: 'error', error: { code: 'empty_file', message: 'The file is empty.', details: ['line 0'] } });
    case 'fills-the-disk': {
      const work = join(params.unfinished, 'pass');
      mkdirSync(work);
      writeFileSync(join(work, 'pixels'), Buffer.alloc(100_000));
      // So long that it takes room itself to store it.
      const error = { code: 'no_space', message: 'The disk is full.', details: ['x'.repeat(200_000)] };
      return void setTimeout(() => end({ type: 'error', error }), 300);
    }
    case 'dies-writing': {
      const partial = join(params.blobs, 'partial');
      mkdirSync(partial, { recursive: true });
      for (const pid of [process.pid, 1]) writeFileSync(join(partial, `${pid}-table`), Buffer.alloc(100_000));
      return void setTimeout(() => process.kill(process.pid, 'SIGKILL'), 50);
    }
    case 'diverges':
      return end({ type: 'error', error: { code: 'diverged', message: 'The loss became NaN.', details: [] } });
    case 'crashes':
      console.error('something is about to go wrong');
      console.log('it does');
      return void setTimeout(() => process.kill(process.pid, 'SIGKILL'), 100);
    case 'loses-its-device':
      // As a graphics driver that goes away in mid-run.
      if (params.settings.device === 'cpu') {
        const resumed = { 'test/resumed': params.resume ? 1 : 0 };
        return end({ type: 'result', value: { ...trainResult(false), metrics: resumed } });
      }
      process.send({ type: 'best', epoch: 1, parameterCount: 123 });
      if (params.settings.device === 'webgpu') return void setTimeout(() => process.kill(process.pid, 'SIGSEGV'), 50);
      return end({
        type: 'error',
        error: { code: errors[params.settings.device], message: 'It is gone.', details: [] },
      });
    case 'exits':
      console.error('giving up');
      return void setTimeout(() => process.exit(7), 50);
    case 'measures': {
      let step = 0;
      return void setInterval(() => {
        const points = [];
        for (let i = 0; i < 100; i++) {
          step++;
          points.push({ key: 'train/loss', step, epoch: step / 1000, value: 1 / step, time: step / 100 });
          if (step % 50 === 0) points.push({ key: 'validation/loss', step, epoch: step / 1000, value: NaN, time: 1 });
        }
        process.send({ type: 'metrics', points });
        if (step === 500) process.send({ type: 'best', epoch: 1, parameterCount: 123 });
      }, 20);
    }
    case 'scores': {
      // A trial: three epochs towards an accuracy that follows from the settings; "hidden" makes it hang or die.
      const { learningRate, architectureSettings } = params.settings;
      const score = 1 - Math.abs(Math.log10(learningRate) + 2) / 10;
      if (architectureSettings.hidden === 13) return void setInterval(() => progress(1), 20);
      if (architectureSettings.hidden === 14) return void process.kill(process.pid, 'SIGKILL');
      let epoch = 0;
      return void setInterval(() => {
        if (++epoch > 3) {
          const metrics = { 'validation/accuracy': score };
          return end({ type: 'result', value: { ...trainResult(false), metrics } });
        }
        const point = { key: 'validation/accuracy', step: epoch * 10, epoch, value: (score * epoch) / 3, time: epoch };
        process.send({ type: 'metrics', points: [point] });
      }, 15);
    }
    case 'flood': {
      // As fast as the channel takes it.
      let step = 0;
      const total = 100_000;
      const more = () => {
        const points = [];
        for (let i = 0; i < 1000; i++)
          points.push({ key: 'train/loss', step: ++step, epoch: step / 1e4, value: Math.random(), time: step });
        process.send({ type: 'metrics', points }, () =>
          step < total ? more() : end({ type: 'result', value: trainResult(false) }),
        );
      };
      return more();
    }
  }
}

const errors = { cuda: 'run_failed', dml: 'session_failed', coreml: 'diverged' };

function trainResult(stoppedEarly) {
  return {
    metrics: { 'validation/accuracy': 0.9, 'test/accuracy': 0.8 },
    samplesPerSecond: 1000,
    bestEpoch: 2,
    stoppedEarly,
    parameterCount: 123,
    peakMemoryBytes: 1e6,
  };
}

function forecastOf({ manifest, settings: { device, threads, batchSize } }) {
  const range = (expected) => ({ expected, low: expected / 2, high: 2 * expected });
  return {
    device,
    threads,
    parameters: 123,
    samples: manifest.splits.train,
    secondsPerEpoch: batchSize > 1000 ? null : range(2),
    secondsToBegin: 1,
    peakMemory: range(1e6 * batchSize),
    ownMemory: 1e6,
    freeMemory: 1e9,
  };
}

function importResult(params) {
  return {
    suggestedName: 'fake',
    manifest: {
      kind: 'images',
      samples: 10,
      columns: [],
      target: null,
      task: 'classification',
      classes: [
        { name: 'a', count: 5 },
        { name: 'b', count: 5 },
      ],
      image: { height: 2, width: 2, channels: 1 },
      splits: { train: 8, validation: 1, test: 1 },
      splitSource: 'stratified',
      splitSeed: params.splitSeed,
      blobs: { images: '0'.repeat(64), split: '1'.repeat(64) },
      sources: [],
      rejectedCount: 0,
      rejected: [],
      notes: [],
    },
  };
}
