import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openGpuGauge, parseUse, type GpuGauge } from '../../src-main/runtime/gpu-gauge.ts';
import { MetricRecorder } from '../../src-main/runtime/metric-recorder.ts';
import type { DeviceName, MetricPoint } from '../../src-main/shared/run.ts';

let root: string;
let gauge: GpuGauge | null;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'atelier-gpu-'))));
afterEach(() => {
  gauge?.close();
  gauge = null;
  rmSync(root, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
/** A card of amdgpu's, with a screen at it. */
function card(name: string, busy: string): void {
  write(`sys/class/drm/${name}/device/gpu_busy_percent`, busy);
  write(`sys/class/drm/${name}/device/mem_info_vram_used`, '1073741824\n');
  write(`sys/class/drm/${name}-DP-1/status`, 'connected\n');
}
/** A program of that name, which is asked once and goes on telling. */
function nvidiaSmi(...lines: string[]): void {
  const told = lines.map((line) => `echo "${line}"`).join('\n');
  const asked = '--query-gpu=index,utilization.gpu,memory.used --format=csv,noheader,nounits --loop=1';
  write('bin/nvidia-smi', `#!/bin/sh\n[ "$*" = "${asked}" ] || exit 2\n${told}\n: >"$0.told"\nexec sleep 30\n`);
  chmodSync(join(root, 'bin/nvidia-smi'), 0o755);
}
/** Once the program has said what it says, and that was heard. */
async function told(): Promise<void> {
  const mark = join(root, 'bin/nvidia-smi.told');
  await expect.poll(() => existsSync(mark), { timeout: 10_000, interval: 5 }).toBe(true);
  rmSync(mark);
  // What is in a pipe is read in the loop's next turns.
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
const open = (device: DeviceName, adapters = 1): GpuGauge | null =>
  (gauge = openGpuGauge(device, { root, env: { PATH: `${join(root, 'bin')}:/usr/bin:/bin` }, adapters }));
const becomes = (reading: unknown) =>
  expect.poll(() => gauge?.read(), { timeout: 5000, interval: 20 }).toEqual(reading);

describe.skipIf(process.platform === 'win32')('how busy a GPU is', () => {
  it('is told by amdgpu’s files', () => {
    card('card0', '37\n');
    expect(open('webgpu')?.read()).toEqual({ busy: 0.37, memory: 2 ** 30 });
    write('sys/class/drm/card0/device/gpu_busy_percent', '100\n');
    expect(gauge?.read()?.busy).toBe(1);
    // A driver that is asked at a bad moment answers with an error.
    write('sys/class/drm/card0/device/gpu_busy_percent', '');
    expect(gauge?.read()).toBeNull();
  });

  it('is told by NVIDIA’s program', async () => {
    nvidiaSmi('0, 12, 1000', '0, 93, 2048');
    for (const device of ['cuda', 'webgpu'] as const) {
      open(device);
      await becomes({ busy: 0.93, memory: 2 ** 31 });
      gauge?.close();
    }
  });

  it('is not told where another one could be meant', async () => {
    card('card0', '37\n');
    nvidiaSmi('0, 10, 1000', '1, 90, 1000');
    // Two adapters: which of them WebGPU took, nobody says.
    expect(open('webgpu', 2)).toBeNull();
    open('cuda');
    await told();
    expect(gauge?.read()).toBeNull();
  });

  it('is not told where nothing tells it', async () => {
    expect(open('cpu')).toBeNull();
    open('cuda');
    expect(gauge?.read()).toBeNull();
    nvidiaSmi('0, [N/A], [N/A]', 'No devices were found');
    open('cuda');
    await told();
    expect(gauge?.read()).toBeNull();
  });

  it.each([
    ['0, 37, 1234', { index: '0', reading: { busy: 0.37, memory: 1234 * 2 ** 20 } }],
    ['3, 0, [N/A]', { index: '3', reading: { busy: 0, memory: null } }],
    ['0, [Not Supported], 12', null],
    ['0, 137, 12', null],
    ['0, 37', null],
    ['', null],
  ])('line "%s"', (line, wanted) => expect(parseUse(line)).toEqual(wanted));
});

describe('points of a run', () => {
  it('have it where it is known, and nothing in its place where not', () => {
    const keysOf = (reading: ReturnType<GpuGauge['read']>) => {
      const points: MetricPoint[] = [];
      let now = 0;
      const recorder = new MetricRecorder({
        totalSteps: 10,
        secondsBefore: 0,
        gpu: () => reading,
        post: (some) => points.push(...some),
        now: () => now,
      });
      now = 1500;
      recorder.worked(1, 0.1, 32, 0.5);
      recorder.finish(1, 0.1);
      return points.filter(({ key }) => key.includes('gpu')).map(({ key, value }) => [key, value]);
    };
    expect(keysOf({ busy: 0.5, memory: 100 })).toEqual([
      ['system/gpu', 0.5],
      ['system/gpu_memory', 100],
    ]);
    expect(keysOf({ busy: 0.5, memory: null })).toEqual([['system/gpu', 0.5]]);
    expect(keysOf(null)).toEqual([]);
  });
});
