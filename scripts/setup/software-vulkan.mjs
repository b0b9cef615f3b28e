// Electron for Linux brings SwiftShader, a Vulkan driver that computes on the processor, and a loader: with them WebGPU runs on any machine.
import { existsSync } from 'node:fs';
import path from 'node:path';

const DRIVER = 'vk_swiftshader_icd.json';
const FILES = [DRIVER, 'libvk_swiftshader.so', 'libvulkan.so.1'];

/**
 * What a process must have in its environment to find that driver and no other; null where there is none.
 * @param dist Electron's folder
 */
export function softwareVulkan(dist, env = process.env, platform = process.platform) {
  if (platform !== 'linux' || !dist || !FILES.every((name) => existsSync(path.join(dist, name)))) return null;
  const driver = path.join(dist, DRIVER);
  return {
    // The new name and the old one: whichever loader is found, it looks nowhere else.
    VK_DRIVER_FILES: driver,
    VK_ICD_FILENAMES: driver,
    LD_LIBRARY_PATH: [dist, env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter),
  };
}
