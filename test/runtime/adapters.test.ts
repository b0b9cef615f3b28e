import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fastestFirst, type Adapter } from '../../src-main/runtime/adapters/adapter.ts';
import {
  cudaFolders,
  cudaGap,
  linuxAdapters,
  parseNvidiaSmi,
  softwareVulkan,
  webGpuGap,
  type LinuxPlaces,
  type ProviderState,
} from '../../src-main/runtime/adapters/linux.ts';
import { parseProfile } from '../../src-main/runtime/adapters/macos.ts';
import { parseRegistry } from '../../src-main/runtime/adapters/windows.ts';

let root: string;
beforeEach(() => void (root = mkdtempSync(join(tmpdir(), 'atelier-linux-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, text = ''): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const places = (env: NodeJS.ProcessEnv = {}): LinuxPlaces => ({ root, env, programFolder: join(root, 'opt/program') });

function pciDevice(address: string, facts: Record<string, string>, driver?: string): void {
  for (const [name, text] of Object.entries(facts)) write(`sys/bus/pci/devices/${address}/${name}`, `${text}\n`);
  if (!driver) return;
  mkdirSync(join(root, 'sys/bus/pci/drivers', driver), { recursive: true });
  symlinkSync(join(root, 'sys/bus/pci/drivers', driver), join(root, `sys/bus/pci/devices/${address}/driver`));
}
const nvidia = (driver?: string): void =>
  pciDevice('0000:01:00.0', { class: '0x030000', vendor: '0x10de', device: '0x2786' }, driver);
const amd = (): void =>
  pciDevice(
    '0000:05:00.0',
    { class: '0x038000', vendor: '0x1002', device: '0x73bf', mem_info_vram_total: '17163091968' },
    'amdgpu',
  );

describe('adapters on Linux', () => {
  it('are the display controllers of the three makers, by the names that the system knows', async () => {
    amd();
    nvidia('nvidia');
    pciDevice('0000:00:1f.3', { class: '0x040300', vendor: '0x8086', device: '0x51c8' }, 'snd_hda_intel');
    pciDevice('0000:00:02.0', { class: '0x030000', vendor: '0x1234', device: '0x1111' }, 'bochs-drm');
    write(
      'usr/share/misc/pci.ids',
      '1001  Another\n\t73bf  Not this\n1002  AMD\n\t73bf  Navi 21 [Radeon RX 6800/6800 XT]\n\t\t1002 0e3a  A board\n10de  NVIDIA\n\t2786  AD104 [GeForce RTX 4070]\n',
    );
    write(
      'proc/driver/nvidia/version',
      'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30 UTC 2024\nGCC version: 12',
    );
    write('proc/driver/nvidia/gpus/0000:01:00.0/information', 'Model: \t\t NVIDIA GeForce RTX 4070\nIRQ:   \t 152\n');
    const adapters = await linuxAdapters(places());
    expect(adapters).toEqual([
      { vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4070', memory: null, driver: 'nvidia 550.54.14' },
      {
        vendor: 'amd',
        name: 'AMD Radeon RX 6800/6800 XT',
        memory: 17163091968,
        driver: expect.stringMatching(/^amdgpu \d/) as string,
      },
    ]);
  });

  it('go without names and drivers where the system does not tell', async () => {
    nvidia();
    expect(await linuxAdapters(places())).toEqual([
      { vendor: 'nvidia', name: 'NVIDIA 0x2786', memory: null, driver: null },
    ]);
  });

  it('are none on a bare machine', async () => expect(await linuxAdapters(places())).toEqual([]));

  it('take the open driver’s version too', async () => {
    nvidia('nvidia');
    write(
      'proc/driver/nvidia/version',
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  560.35.03  Release Build',
    );
    expect((await linuxAdapters(places()))[0].driver).toBe('nvidia 560.35.03');
  });

  it('take memory from nvidia-smi', () =>
    expect(parseNvidiaSmi('00000000:01:00.0, NVIDIA GeForce RTX 4070, 12282\n\n')).toEqual([
      { address: '00000000:01:00.0', name: 'NVIDIA GeForce RTX 4070', memory: 12282 * 2 ** 20 },
    ]));
});

describe('what WebGPU lacks on Linux', () => {
  const loader = (): void => write('usr/lib/x86_64-linux-gnu/libvulkan.so.1');
  const driver = (name = 'radeon_icd.x86_64.json'): void => write(`usr/share/vulkan/icd.d/${name}`, '{}');
  const gap = async (env?: NodeJS.ProcessEnv) => webGpuGap(await linuxAdapters(places(env)), places(env));

  it('an adapter', async () => {
    expect(await gap()).toBe('no_adapter');
    loader();
    expect(await gap()).toBe('no_adapter');
  });
  it('the loader', async () => {
    amd();
    driver();
    expect(await gap()).toBe('webgpu_no_loader');
  });
  it('a driver', async () => {
    amd();
    loader();
    expect(await gap()).toBe('webgpu_no_driver');
  });
  it('nothing, once all is there', async () => {
    amd();
    loader();
    driver();
    expect(await gap()).toBeNull();
  });
  it('nothing where the program brings the loader along, or a driver is named', async () => {
    amd();
    write('opt/program/libvulkan.so.1');
    write('elsewhere/some_icd.json', '{}');
    expect(await gap({ VK_ICD_FILENAMES: join(root, 'elsewhere/some_icd.json') })).toBeNull();
    expect(await gap({ VK_ICD_FILENAMES: join(root, 'elsewhere/gone.json') })).toBe('webgpu_no_driver');
  });
  it('an adapter is not needed by a driver that computes on the processor', async () => {
    loader();
    driver('lvp_icd.x86_64.json');
    expect(await gap()).toBeNull();
    expect(softwareVulkan(places())).toBe('llvmpipe (software)');
  });
});

describe('what CUDA lacks on Linux', () => {
  const gap = async (provider: ProviderState) => cudaGap(await linuxAdapters(places()), provider, places());
  const driver = (version: string): void =>
    write('proc/driver/nvidia/version', `NVRM version: NVIDIA UNIX x86_64 Kernel Module  ${version}`);
  const cuda = ['libcudart.so.12', 'libcublasLt.so.12', 'libcublas.so.12', 'libcufft.so.11', 'libcurand.so.10'];

  it('first a card, then its driver, then the provider, then NVIDIA’s libraries', async () => {
    amd();
    expect(await gap('none')).toBe('cuda_no_adapter');
    nvidia();
    expect(await gap('none')).toBe('cuda_no_driver');
    driver('470.199.02');
    expect(await gap('none')).toBe('cuda_old_driver');
    driver('550.54.14');
    expect(await gap('none')).toBe('cuda_no_package');
    expect(await gap('older')).toBe('cuda_old_package');
    expect(await gap('present')).toBe('cuda_no_libraries');
    for (const name of cuda) write(`usr/local/cuda/lib64/${name}`);
    expect(await gap('present')).toBe('cuda_no_cudnn');
    write('usr/lib/x86_64-linux-gnu/libcudnn.so.9');
    expect(await gap('present')).toBeNull();
  });

  it.runIf(process.arch === 'x64')('is looked for in every CUDA 12, the newest first, and in no other', () => {
    for (const name of ['cuda', 'cuda-13.0', 'cuda-12.4', 'cuda-12.10', 'cuda-11.8']) {
      write(`usr/local/${name}/lib64/libcudart.so.x`);
    }
    write('opt/cuda-12/targets/x86_64-linux/lib/libcudart.so.12');
    expect(cudaFolders(places()).map((folder) => folder.slice(root.length))).toEqual([
      '/usr/local/cuda-12.10/lib64',
      '/usr/local/cuda-12.4/lib64',
      '/usr/local/cuda/lib64',
      '/opt/cuda-12/targets/x86_64-linux/lib',
    ]);
  });
});

describe('adapters on Windows', () => {
  const radeon = {
    DriverDesc: 'AMD Radeon(TM) Graphics',
    DriverVersion: '31.0.21912.14',
    ProviderName: 'Advanced Micro Devices, Inc.',
    Memory: 536870912,
  };
  const geforce = {
    DriverDesc: 'NVIDIA GeForce RTX 4090',
    DriverVersion: '32.0.15.6094',
    ProviderName: 'NVIDIA',
    Memory: 25757220864,
  };
  it('are read from the registry’s list, without the ones that compute nothing', () => {
    const basic = { DriverDesc: 'Microsoft Basic Display Adapter', DriverVersion: '10.0', ProviderName: 'Microsoft' };
    expect(parseRegistry(JSON.stringify([radeon, basic, geforce, { DriverDesc: null }]))).toEqual([
      { vendor: 'amd', name: 'AMD Radeon(TM) Graphics', memory: 536870912, driver: '31.0.21912.14' },
      { vendor: 'nvidia', name: 'NVIDIA GeForce RTX 4090', memory: 25757220864, driver: '32.0.15.6094' },
    ]);
  });
  it('are read where there is but one', () =>
    expect(parseRegistry(JSON.stringify(geforce))).toMatchObject([{ vendor: 'nvidia' }]));
  it.each(['', 'not JSON', 'null'])('are none where PowerShell says "%s"', (text) =>
    expect(parseRegistry(text)).toEqual([]),
  );
});

describe('adapters on macOS', () => {
  it('are read from the system profile', () => {
    const profile = {
      SPDisplaysDataType: [
        { sppci_model: 'Apple M2 Pro', spdisplays_vendor: 'sppci_vendor_Apple' },
        { sppci_model: 'Radeon Pro 560X', spdisplays_vendor: 'AMD (0x1002)', spdisplays_vram: '4 GB' },
      ],
    };
    expect(parseProfile(JSON.stringify(profile), '24.1.0')).toEqual([
      { vendor: 'apple', name: 'Apple M2 Pro', memory: null, driver: 'Metal (Darwin 24.1.0)' },
      { vendor: 'amd', name: 'Radeon Pro 560X', memory: 4 * 2 ** 30, driver: 'Metal (Darwin 24.1.0)' },
    ]);
  });
  it.each(['', '{}'])('are none where it says "%s"', (text) => expect(parseProfile(text, '24')).toEqual([]));
});

describe('of several adapters', () => {
  it('the fast one comes first', () => {
    const adapter = (vendor: Adapter['vendor'], memory: number | null): Adapter => ({
      vendor,
      name: vendor,
      memory,
      driver: null,
    });
    const order = fastestFirst([adapter('intel', null), adapter('amd', 2), adapter('amd', 8), adapter('nvidia', 4)]);
    expect(order.map(({ vendor, memory }) => `${vendor} ${memory}`)).toEqual([
      'nvidia 4',
      'amd 8',
      'amd 2',
      'intel null',
    ]);
  });
});
