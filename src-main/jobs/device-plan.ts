import { availableParallelism } from 'node:os';
import { isOfThisSystem, type DeviceFacts, type DeviceTest } from '../shared/device.ts';
import type { ErrorFacts } from '../shared/errors.ts';
import type { Progress } from '../shared/job.ts';
import type { SelfTestParams } from '../shared/work/devices.ts';
import type { DeviceName } from '../shared/run.ts';
import type { Next } from './in-turn.ts';
import { howItEnded, type Outcome } from './run-utility.ts';

/** The testing of several devices, each in a process of its own: the first one's parameters, and what follows from each one's end. */
export interface TestPlan {
  /** Which are tested, in order. */
  titles: DeviceName[];
  params: SelfTestParams;
  next: Next<'selftest'>;
  progress(progress: Progress): Progress;
}

/** Milliseconds for one device. Software that plays a graphics device can be very slow. */
export const testWithinMs = 120_000;

export function planTests(found: readonly DeviceFacts[]): TestPlan {
  const threads = threadCounts(availableParallelism());
  const devices = found.filter(isOfThisSystem);
  const tests: DeviceTest[] = [];
  const paramsFor = (facts: DeviceFacts): SelfTestParams => ({ devices: [facts], threads });
  return {
    titles: devices.map(({ device }) => device),
    params: paramsFor(devices[0]),
    next(outcome) {
      tests.push(testOf(devices[tests.length], outcome));
      if (tests.length < devices.length) return { params: paramsFor(devices[tests.length]) };
      return { status: 'finished', value: tests };
    },
    progress({ done, total, ...rest }) {
      const share = total > 0 ? done / total : 0;
      const whole = { done: Math.round(100 * (tests.length + share)), total: 100 * devices.length };
      return { ...rest, ...whole, rate: 0, remaining: null };
    },
  };
}

/** What a device's process told, or how it ended before it could. */
export function testOf(facts: DeviceFacts, outcome: Outcome<'selftest'>): DeviceTest {
  if (outcome.status === 'finished') return outcome.value[0];
  const { device, name } = facts;
  const reason = reasonOf(outcome);
  return { device, name, status: 'failed', reason, speeds: [], largestDifference: null, testedAt: Date.now() };
}

function reasonOf(outcome: Exclude<Outcome<'selftest'>, { status: 'finished' }>): ErrorFacts {
  if (outcome.status !== 'failed') return { code: 'cancelled', message: 'Cancelled.', details: [] };
  const { error, exit } = outcome;
  if (!exit || exit.error) return error;
  const message = `It crashed: the process that tried it ${howItEnded(exit)}.`;
  return { code: 'device_crashed', message, details: error.details };
}

/** 1, 2, 4 … and all cores; no small net gains from more than 16. */
export function threadCounts(cores: number): number[] {
  const most = Math.min(16, cores);
  const counts: number[] = [];
  for (let count = 1; count < most; count *= 2) counts.push(count);
  return [...counts, most];
}
