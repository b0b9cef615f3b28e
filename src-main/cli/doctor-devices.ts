import { planTests, testWithinMs } from '../jobs/device-plan.ts';
import { Reader } from '../jobs/reader.ts';
import {
  bestSpeed,
  deviceTitles,
  families,
  isOfThisSystem,
  lacksProvider,
  type DeviceReport,
  type DeviceTest,
} from '../shared/device.ts';
import { AtelierError } from '../shared/errors.ts';
import type { Session } from './context.ts';
import { count, gibibytes, metric, table } from './format.ts';

/** Tests each device and tells what was found; kept where the workspace is free. */
export async function benchmark(session: Session): Promise<void> {
  const { out } = session;
  const tests = await testAll(session);
  for (const test of tests) out.record(testJson(test));
  const rows = tests.map((test) => [
    deviceTitles[test.device],
    test.name ?? '–',
    test.status,
    ...families.map((family) => {
      const speed = bestSpeed(test, family);
      return speed ? count(speed.samplesPerSecond) : '–';
    }),
    test.device === 'cpu' ? threadWords(test) : '–',
    metric('', test.largestDifference ?? undefined),
  ]);
  out.text(table([['DEVICE', 'NAME', 'TEST', 'MLP /s', 'CNN /s', 'THREADS', 'DIFFERENCE'], ...rows]));
  for (const { device, reason } of tests) if (reason) out.text(`${deviceTitles[device]}: ${reason.message}`);
  const cpu = tests.find(({ device }) => device === 'cpu');
  if (cpu?.reason) throw new AtelierError(cpu.reason.code, cpu.reason.message, cpu.reason.details);
}

async function testAll(session: Session): Promise<DeviceTest[]> {
  try {
    return await session.own(async (studio) => (await studio.devices.test()).result);
  } catch (error) {
    if (!(error instanceof AtelierError) || error.code !== 'workspace_in_use') throw error;
    session.out.note(`${error.message} The devices are tested all the same; the results are not kept.`);
  }
  const reader = new Reader(session.host.spawnUtility);
  const { found } = await reader.devices().finally(() => reader.close());
  const { params, ...rest } = planTests(found);
  return session.work('selftest', 'devices', params, { ...rest, within: testWithinMs });
}

function testJson(test: DeviceTest): Record<string, unknown> {
  return {
    device: test.device,
    name: test.name,
    status: test.status,
    reason: test.reason?.message ?? null,
    samples_per_second: Object.fromEntries(
      families.map((family) => [family, rounded(bestSpeed(test, family)?.samplesPerSecond)]),
    ),
    threads: bestThreads(test),
    largest_difference: test.largestDifference,
    speeds: test.speeds.map(({ family, threads, samplesPerSecond }) => ({
      family,
      threads,
      samples_per_second: rounded(samplesPerSecond),
    })),
  };
}

const rounded = (rate: number | undefined): number | null => (rate === undefined ? null : Number(rate.toPrecision(4)));

/** The fewest threads that the slowest kind of net is fastest with. */
function bestThreads(test: DeviceTest): number | null {
  const best = families.flatMap((family) => bestSpeed(test, family) ?? []);
  return best.sort((a, b) => a.samplesPerSecond - b.samplesPerSecond)[0]?.threads ?? null;
}

const threadWords = (test: DeviceTest): string =>
  families.map((family) => `${bestSpeed(test, family)?.threads ?? '–'} ${family}`).join(', ');

/** For the doctor's list. */
export function deviceRows(devices: readonly DeviceReport[]): string[][] {
  return devices
    .filter(isOfThisSystem)
    .map(({ device, name, memory, driver, gap, status, reason }) => [
      deviceTitles[device],
      [
        status,
        ...(name ? [name] : []),
        ...(memory ? [gibibytes(memory)] : []),
        ...(driver ? [driver] : []),
        ...(reason ? [reason.message] : []),
        ...(lacksProvider(gap) ? ['"atelier doctor --get-cuda" tells how large it is.'] : []),
      ].join(' · '),
    ]);
}

/** What to do next, where there is something. */
export function deviceAdvice(devices: readonly DeviceReport[]): string | null {
  return devices.some(({ status }) => status === 'untested')
    ? 'untested: it opens, and no more is known. "atelier doctor --benchmark" trains a little on each device, in under a minute.'
    : null;
}
