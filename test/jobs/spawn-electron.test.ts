import { EventEmitter } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { spawnWithElectron } from '../../src-main/jobs/spawn-electron.ts';
import { openPort } from '../../src-main/utility/port/port.ts';

/** Both ends of an Electron utility's line; what is posted waits until it is let through. */
class Line extends EventEmitter {
  readonly waiting: (() => void)[] = [];
  readonly pid = 1;
  readonly stdout = null;
  readonly stderr = null;
  readonly parent = Object.assign(new EventEmitter(), {
    postMessage: (message: unknown) => void this.waiting.push(() => this.emit('message', message)),
  });
  postMessage = (message: unknown) => void this.waiting.push(() => this.parent.emit('message', { data: message }));
  kill = () => true;
  let(): void {
    for (const pass of this.waiting.splice(0)) pass();
  }
}

const host = process as { parentPort?: unknown };
afterEach(() => delete host.parentPort);

it('an Electron utility stays until its owner has heard its last message, however busy that is', async () => {
  const line = new Line();
  const heard: unknown[] = [];
  spawnWithElectron({ fork: () => line }, () => 'utility.cjs')('train').onMessage((message) => heard.push(message));
  host.parentPort = line.parent;
  const port = openPort();
  const told: unknown[] = [];
  port.listen((message) => told.push(message));
  port.post({ type: 'result' });
  let left = false;
  const drained = port.drain().then(() => (left = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect([heard, left]).toEqual([[], false]);
  line.let();
  expect([heard, left]).toEqual([[{ type: 'result' }], false]);
  line.let();
  await drained;
  // Neither end is told of the question and its answer.
  expect([heard, told]).toEqual([[{ type: 'result' }], []]);
});
