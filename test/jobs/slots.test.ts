import { describe, expect, it } from 'vitest';
import { dividedThreads, fits, type Machine, type TrainingNeeds } from '../../src-main/jobs/slots.ts';

const GiB = 2 ** 30;
const machine = (cores: number, free = 64 * GiB): Machine => ({ cores, freeMemory: () => free });
const cpu = (threads: number, memory: number | null = GiB): TrainingNeeds => ({ device: 'cpu', threads, memory });
const gpu = (device: 'cuda' | 'webgpu', threads = 4): TrainingNeeds => ({ device, threads, memory: GiB });

describe('trainings side by side, by themselves', () => {
  it('begin one after another where there are few cores, and the first always', () => {
    expect(fits(cpu(1), [], 'auto', machine(2))).toBe('yes');
    expect(fits(cpu(1), [cpu(1)], 'auto', machine(2))).toBe('full');
    expect(fits(cpu(32), [], 'auto', machine(1, 0))).toBe('yes');
  });

  it('share the cores, leaving one', () => {
    expect(fits(cpu(4), [cpu(4), cpu(4)], 'auto', machine(16))).toBe('yes');
    expect(fits(cpu(4), [cpu(4), cpu(4), cpu(4)], 'auto', machine(16))).toBe('full');
    expect(fits(cpu(3), [cpu(4), cpu(4), cpu(4)], 'auto', machine(16))).toBe('yes');
  });

  it('wait for a graphics device that is taken, and for no other', () => {
    expect(fits(gpu('cuda'), [gpu('cuda')], 'auto', machine(16))).toBe('device');
    expect(fits(gpu('webgpu'), [gpu('cuda')], 'auto', machine(16))).toBe('yes');
    // Its threads only feed the device.
    expect(fits(cpu(14), [gpu('cuda')], 'auto', machine(16))).toBe('yes');
  });

  it('wait for memory: what the like have taken, or a gigabyte, and half of one to spare', () => {
    expect(fits(cpu(1, 2 * GiB), [cpu(1)], 'auto', machine(8, 2.4 * GiB))).toBe('full');
    expect(fits(cpu(1, 2 * GiB), [cpu(1)], 'auto', machine(8, 2.5 * GiB))).toBe('yes');
    expect(fits(cpu(1, null), [cpu(1)], 'auto', machine(8, 1.4 * GiB))).toBe('full');
    expect(fits(cpu(1, null), [cpu(1)], 'auto', machine(8, 1.5 * GiB))).toBe('yes');
  });
});

describe('trainings side by side, by a number', () => {
  it('are so many, whatever the machine has', () => {
    expect(fits(cpu(8), [cpu(8)], 2, machine(2, 0))).toBe('yes');
    expect(fits(cpu(1), [cpu(8), cpu(8)], 2, machine(64))).toBe('full');
  });

  it('divide the cores where nobody chose threads', () => {
    expect(dividedThreads(4, 'auto', 8)).toBe(4);
    expect(dividedThreads(4, 4, 8)).toBe(2);
    expect(dividedThreads(4, 16, 8)).toBe(1);
    expect(dividedThreads(1, 2, 8)).toBe(1);
  });
});
