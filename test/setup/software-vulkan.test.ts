import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { softwareVulkan } from '../../scripts/setup/software-vulkan.mjs';
import { checkStages } from '../../scripts/setup/stages.mjs';

let dist: string;
const bring = (...names: string[]): void => names.forEach((name) => writeFileSync(path.join(dist, name), ''));
beforeEach(() => {
  dist = mkdtempSync(path.join(os.tmpdir(), 'atelier-vulkan-'));
});
afterEach(() => rmSync(dist, { recursive: true, force: true }));

describe('the Vulkan driver that Electron brings', () => {
  it('is the only one to be found', () => {
    bring('vk_swiftshader_icd.json', 'libvk_swiftshader.so', 'libvulkan.so.1');
    const driver = path.join(dist, 'vk_swiftshader_icd.json');
    expect(softwareVulkan(dist, {}, 'linux')).toEqual({
      VK_DRIVER_FILES: driver,
      VK_ICD_FILENAMES: driver,
      LD_LIBRARY_PATH: dist,
    });
    expect(softwareVulkan(dist, { LD_LIBRARY_PATH: '/mine' }, 'linux')?.LD_LIBRARY_PATH).toBe(`${dist}:/mine`);
  });

  it('is not there without one of its files, without Electron or on another system', () => {
    bring('vk_swiftshader_icd.json', 'libvk_swiftshader.so');
    expect(softwareVulkan(dist, {}, 'linux')).toBeNull();
    expect(softwareVulkan(undefined, {}, 'linux')).toBeNull();
    bring('libvulkan.so.1');
    expect(softwareVulkan(dist, {}, 'darwin')).toBeNull();
  });
});

it('without such a driver the stage is left out with a word, and is no failure', async () => {
  const told = vi.spyOn(console, 'log').mockImplementation(() => {});
  const sum = await checkStages(['webgpu'], { env: {}, rest: [], reports: dist, vulkan: null });
  expect(sum).toEqual({ passed: 0, failed: 0, leftOut: 1 });
  expect(told.mock.calls.flat().join('\n')).toMatch(/^– webgpu: left out: no Electron here with a Vulkan driver/);
  told.mockRestore();
});
