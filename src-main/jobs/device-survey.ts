import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from '../db/connection.ts';
import { getDeviceTest } from '../db/devices.ts';
import {
  gapFacts,
  isOfThisSystem,
  lacksProvider,
  type DeviceFacts,
  type DeviceReport,
  type DeviceTest,
} from '../shared/device.ts';
import { newId } from '../shared/ids.ts';
import type { DevicesFound } from '../shared/reading.ts';
import type { DevicesReport } from '../shared/work/devices.ts';
import { testOf } from './device-plan.ts';
import { JobLog } from './job-log.ts';
import { machineName } from './machine.ts';
import { runUtility } from './run-utility.ts';
import type { SpawnUtility } from './utility.ts';

/** Opening a graphics device takes a second or two, on a cold machine a few more. */
const probeWithinMs = 30_000;

/** What was found, with what tests said of these very devices; those never tested are tried, each in a process of its own. */
export async function surveyDevices(
  { found, ...rest }: DevicesFound,
  spawn: SpawnUtility,
  db: Readable | null,
): Promise<DevicesReport> {
  const devices = await Promise.all(found.map((facts) => reportOn(facts, spawn, db && storedTest(db, facts))));
  const usable = devices.filter(({ status }) => status === 'passed' || status === 'untested');
  return { ...rest, providers: usable.map(({ device }) => device), devices };
}

/** The last test of this very device, with this driver and runtime. */
export const storedTest = (db: Readable, facts: DeviceFacts): DeviceTest | null =>
  getDeviceTest(db, machineName(facts), facts.device);

async function reportOn(facts: DeviceFacts, spawn: SpawnUtility, test: DeviceTest | null): Promise<DeviceReport> {
  // What was missing may have been installed since.
  if (test && test.status !== 'missing') return { ...facts, status: test.status, reason: test.reason, test };
  if (facts.device === 'cpu') return { ...facts, status: 'untested', reason: null, test: null };
  if (facts.gap && (!isOfThisSystem(facts) || lacksProvider(facts.gap))) {
    return { ...facts, status: 'missing', reason: gapFacts(facts.gap), test: null };
  }
  const { status, reason } = await probe(facts, spawn);
  return { ...facts, status: status === 'passed' ? 'untested' : status, reason, test: null };
}

async function probe(facts: DeviceFacts, spawn: SpawnUtility): Promise<DeviceTest> {
  const job = newId('job');
  const log = new JobLog(join(tmpdir(), `atelier-${job}.log`));
  const params = { devices: [facts], threads: [1], quick: true };
  const { outcome } = runUtility(spawn('selftest'), { job, kind: 'selftest', params, within: probeWithinMs }, { log });
  return testOf(facts, await outcome);
}
