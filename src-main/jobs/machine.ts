import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, release } from 'node:os';
import { dirname, join } from 'node:path';
import type { DeviceFacts } from '../shared/device.ts';

/** A name for all that a device's test depends on: where any of it has changed, the name is another one. */
export function machineName({ device, name, driver }: DeviceFacts): string {
  const cpu = cpus()[0]?.model.trim() ?? 'unknown';
  const here = [
    cpu,
    `${availableParallelism()} cores`,
    `${process.platform}-${process.arch}`,
    `onnxruntime ${runtimeVersion()}`,
  ];
  // The processor needs no driver, and the system's own updates do not change what it computes.
  if (device !== 'cpu') here.push(name ?? 'unknown adapter', driver ?? 'unknown driver', release());
  return here.join(' · ');
}

/** ONNX Runtime's, from its package: loading the library itself is the utilities' business. */
export function runtimeVersion(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    const file = join(folder, 'node_modules', 'onnxruntime-node', 'package.json');
    if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
    if (folder === dirname(folder)) return 'unknown';
  }
}
