import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { DeviceName } from '../shared/run.ts';

/** Of all programs together: the drivers tell it of the device, not of a process. */
export interface GpuReading {
  /** Share of the last second or so in which it worked, 0…1. */
  busy: number;
  /** Bytes in use there; null where that is not told. */
  memory: number | null;
}

/** Where to look; tests bring a small tree and a program of their own. */
export interface GpuPlaces {
  root: string;
  env: NodeJS.ProcessEnv;
  /** How many graphics adapters this machine has. */
  adapters: number;
}

/** Older than this a reading says nothing of now. */
const freshMs = 5_000;

/**
 * How busy the GPU is that a training works on, where that can be told: by amdgpu's files or NVIDIA's own program, and only where no
 * other GPU could be meant. Everywhere else there is no gauge.
 */
export interface GpuGauge {
  /** Null as long as nothing is known. */
  read(): GpuReading | null;
  close(): void;
}

export function openGpuGauge(device: DeviceName, places: GpuPlaces): GpuGauge | null {
  if (device === 'cpu' || device === 'coreml') return null;
  // CUDA works on NVIDIA's alone, of which its program tells how many there are.
  if (device === 'cuda') return new NvidiaGauge(places.env);
  if (places.adapters !== 1) return null;
  return amdGauge(places.root) ?? new NvidiaGauge(places.env);
}

/** https://docs.kernel.org/gpu/amdgpu/thermal.html#gpu-busy-percent */
function amdGauge(root: string): GpuGauge | null {
  const drm = join(root, 'sys/class/drm');
  const cards = namesIn(drm)
    .filter((name) => /^card\d+$/.test(name))
    .map((name) => join(drm, name, 'device'))
    .filter((folder) => numberIn(join(folder, 'gpu_busy_percent')) !== null);
  if (cards.length !== 1) return null;
  const [folder] = cards;
  return {
    read() {
      const busy = numberIn(join(folder, 'gpu_busy_percent'));
      return busy === null ? null : { busy: busy / 100, memory: numberIn(join(folder, 'mem_info_vram_used')) };
    },
    close() {},
  };
}

/** One process that tells once a second costs less than one that is started each second. */
class NvidiaGauge implements GpuGauge {
  readonly #process: ChildProcess;
  readonly #latest = new Map<string, GpuReading & { at: number }>();

  constructor(env: NodeJS.ProcessEnv) {
    const query = ['--query-gpu=index,utilization.gpu,memory.used', '--format=csv,noheader,nounits', '--loop=1'];
    this.#process = spawn('nvidia-smi', query, { env, stdio: ['ignore', 'pipe', 'ignore'], windowsHide: true });
    // Not there: nothing is ever told.
    this.#process.on('error', () => {});
    this.#process.unref();
    const { stdout } = this.#process;
    if (!stdout) return;
    (stdout as { unref?: () => void }).unref?.();
    createInterface({ input: stdout }).on('line', (line) => {
      const told = parseUse(line);
      if (told) this.#latest.set(told.index, { ...told.reading, at: performance.now() });
    });
  }

  read(): GpuReading | null {
    const [only, ...others] = this.#latest.values();
    if (!only || others.length > 0 || performance.now() - only.at > freshMs) return null;
    const { busy, memory } = only;
    return { busy, memory };
  }

  close(): void {
    this.#process.kill();
  }
}

/** "0, 37, 1234": percent and mebibytes. What the driver does not tell reads "[N/A]" or "[Not Supported]". */
export function parseUse(line: string): { index: string; reading: GpuReading } | null {
  const parts = line.split(',').map((part) => part.trim());
  const [index, busy, memory] = parts;
  if (parts.length !== 3 || !/^\d+$/.test(index) || !/^\d{1,3}$/.test(busy) || Number(busy) > 100) return null;
  return {
    index,
    reading: { busy: Number(busy) / 100, memory: /^\d+$/.test(memory) ? Number(memory) * 2 ** 20 : null },
  };
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function numberIn(path: string): number | null {
  try {
    const text = readFileSync(path, 'utf8').trim();
    return /^\d+$/.test(text) ? Number(text) : null;
  } catch {
    return null;
  }
}
