import { accessSync, constants, existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { homedir, release } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Gap } from '../../shared/device.ts';
import { outputOf, type Adapter } from './adapter.ts';

/** Where to look; tests bring a small tree of their own. */
export interface LinuxPlaces {
  root: string;
  env: NodeJS.ProcessEnv;
  /** This program's folder: Electron brings a Vulkan loader along. */
  programFolder: string;
}

const thisLinux = (): LinuxPlaces => ({
  root: '/',
  env: process.env,
  programFolder: dirname(process.execPath),
});

const vendors: Record<string, Adapter['vendor']> = { '0x10de': 'nvidia', '0x1002': 'amd', '0x8086': 'intel' };

/** Display controllers on the PCI bus. Those of other makers are a virtual machine's or a server's screens: no kernels run there. */
export async function linuxAdapters(places = thisLinux()): Promise<Adapter[]> {
  const devices = join(places.root, 'sys/bus/pci/devices');
  const adapters: (Adapter & { address: string })[] = [];
  for (const address of namesIn(devices)) {
    const folder = join(devices, address);
    const vendorId = textOf(join(folder, 'vendor'));
    const vendor = vendors[vendorId];
    if (!vendor || !textOf(join(folder, 'class')).startsWith('0x03')) continue;
    const module = linkOf(join(folder, 'driver'));
    adapters.push({
      address,
      vendor,
      name: nameOf(places, vendorId, textOf(join(folder, 'device'))),
      memory: Number(textOf(join(folder, 'mem_info_vram_total'))) || null,
      // Drivers that come with the kernel have its version.
      driver: module && `${module} ${textOf(join(places.root, 'sys/module', module, 'version')) || release()}`,
    });
  }
  if (adapters.some(({ vendor }) => vendor === 'nvidia')) await tellNvidia(places, adapters);
  return adapters.map(({ address: _address, ...adapter }) => adapter);
}

/** NVIDIA's own driver knows names and memory better than the bus does. */
async function tellNvidia(places: LinuxPlaces, adapters: (Adapter & { address: string })[]): Promise<void> {
  const version = nvidiaVersion(places);
  if (!version) return;
  const query = ['--query-gpu=pci.bus_id,name,memory.total', '--format=csv,noheader,nounits'];
  const told = places.root === '/' ? parseNvidiaSmi(await outputOf('nvidia-smi', query)) : [];
  for (const adapter of adapters.filter(({ vendor }) => vendor === 'nvidia')) {
    adapter.driver = `nvidia ${version}`;
    const facts = textOf(join(places.root, 'proc/driver/nvidia/gpus', adapter.address, 'information'));
    const known = told.find(({ address }) => address.endsWith(adapter.address.toLowerCase()));
    adapter.name = known?.name ?? /^Model:\s*(.+)$/m.exec(facts)?.[1].trim() ?? adapter.name;
    adapter.memory = known?.memory ?? adapter.memory;
  }
}

const nvidiaVersion = ({ root }: LinuxPlaces): string | undefined =>
  /Module\S*(?: for \S+)?\s+([\d.]+)/.exec(textOf(join(root, 'proc/driver/nvidia/version')))?.[1];

/** Lines of "00000000:01:00.0, NVIDIA GeForce RTX 4070, 12282" (mebibytes). */
export function parseNvidiaSmi(text: string): { address: string; name: string; memory: number | null }[] {
  return text
    .split('\n')
    .map((line) => line.split(',').map((part) => part.trim()))
    .filter((parts) => parts.length === 3)
    .map(([address, name, memory]) => ({
      address: address.toLowerCase(),
      name,
      memory: Number(memory) * 2 ** 20 || null,
    }));
}

/** What keeps WebGPU, which stands on Vulkan here, from working. */
export function webGpuGap(adapters: readonly Adapter[], places = thisLinux()): Gap | null {
  const nodes = namesIn(join(places.root, 'dev/dri')).filter((name) => name.startsWith('renderD'));
  // Without an adapter it still works where a driver computes on the processor.
  const nothing = adapters.length === 0 && nodes.length === 0;
  const loaders = [...libraryFolders(places), places.programFolder];
  if (!loaders.some((folder) => existsSync(join(folder, 'libvulkan.so.1')))) {
    return nothing ? 'no_adapter' : 'webgpu_no_loader';
  }
  if (vulkanDrivers(places).length === 0) return nothing ? 'no_adapter' : 'webgpu_no_driver';
  if (nodes.length > 0 && !nodes.some((name) => mayUse(join(places.root, 'dev/dri', name)))) return 'webgpu_no_access';
  return null;
}

/** The name of a Vulkan driver that computes on the processor: what WebGPU takes where there is no adapter. */
export function softwareVulkan(places = thisLinux()): string | null {
  const names = vulkanDrivers(places).map((file) => basename(file));
  if (names.some((name) => name.includes('swiftshader'))) return 'SwiftShader (software)';
  return names.some((name) => name.startsWith('lvp_')) ? 'llvmpipe (software)' : null;
}

/** Files that describe the installed Vulkan drivers. */
function vulkanDrivers({ root, env }: LinuxPlaces): string[] {
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  if (named) return named.split(':').filter((file) => existsSync(file));
  return ['usr/share', 'usr/local/share', 'etc', join(homedir(), '.local/share').slice(1)].flatMap((folder) =>
    namesIn(join(root, folder, 'vulkan/icd.d')).filter((name) => name.endsWith('.json')),
  );
}

/** The provider in the folder of ONNX Runtime's library; `older`: only one for an older version was downloaded. */
export type ProviderState = 'present' | 'older' | 'none';

/** What keeps CUDA from working: the first thing to see to. */
export function cudaGap(adapters: readonly Adapter[], provider: ProviderState, places = thisLinux()): Gap | null {
  const nvidia = adapters.filter(({ vendor }) => vendor === 'nvidia');
  if (nvidia.length === 0) return 'cuda_no_adapter';
  if (!existsSync(join(places.root, 'proc/driver/nvidia/version'))) return 'cuda_no_driver';
  if (parseInt(nvidiaVersion(places) ?? '', 10) < oldestDriver) return 'cuda_old_driver';
  if (provider !== 'present') return provider === 'older' ? 'cuda_old_package' : 'cuda_no_package';
  return cudaLibraryGap(places);
}

/** The first that runs CUDA 12 (docs.nvidia.com/deploy/cuda-compatibility, minor version compatibility). */
const oldestDriver = 525;

/** The libraries that ONNX Runtime's CUDA provider is linked to, each after those it needs itself: CUDA 12's, then cuDNN 9's. */
export const cudaLibraries = [
  'libcudart.so.12',
  'libnvrtc.so.12',
  'libcublasLt.so.12',
  'libcublas.so.12',
  'libcurand.so.10',
  'libcufft.so.11',
  'libcudnn.so.9',
];
/** Needed at once, where others are only by some operators. */
const looked = ['libcudart.so.12', 'libcublas.so.12', 'libcublasLt.so.12', 'libcufft.so.11', 'libcurand.so.10'];

/** What of NVIDIA's own libraries is not there, as far as files tell. */
export function cudaLibraryGap(places = thisLinux()): Gap | null {
  const folders = [...libraryFolders(places), ...cudaFolders(places)];
  const isThere = (name: string): boolean => folders.some((folder) => existsSync(join(folder, name)));
  if (!looked.every(isThere)) return 'cuda_no_libraries';
  return isThere('libcudnn.so.9') ? null : 'cuda_no_cudnn';
}

/** Where NVIDIA's own installers put CUDA, which the system's loader does not search unless told to: newest first. */
export function cudaFolders({ root }: Pick<LinuxPlaces, 'root'> = thisLinux()): string[] {
  const homes = ['usr/local', 'opt'].flatMap((place) =>
    namesIn(join(root, place))
      .filter((name) => /^cuda(-12([.]\d+)?)?$/.test(name))
      .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
      .map((name) => join(root, place, name)),
  );
  const inside = ['lib64', `targets/${process.arch === 'arm64' ? 'sbsa' : 'x86_64'}-linux/lib`];
  return homes.flatMap((home) => inside.map((folder) => join(home, folder))).filter((folder) => existsSync(folder));
}

function libraryFolders({ root, env }: LinuxPlaces): string[] {
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  const usual = [
    `usr/lib/${arch}-linux-gnu`,
    `lib/${arch}-linux-gnu`,
    'usr/lib64',
    'usr/lib',
    'lib64',
    'lib',
    'usr/local/lib',
    'run/opengl-driver/lib',
  ];
  const named = (env.LD_LIBRARY_PATH ?? '').split(':').filter((folder) => folder !== '');
  return [...named, ...usual.map((folder) => join(root, folder))];
}

/** From the system's list of PCI ids where it has one: "AMD Radeon RX 6800 XT" stands there as "Navi 21 [Radeon RX 6800/6800 XT]". */
function nameOf({ root }: LinuxPlaces, vendor: string, device: string): string | null {
  for (const file of ['usr/share/misc/pci.ids', 'usr/share/hwdata/pci.ids']) {
    const list = textOf(join(root, file));
    const from = list.search(new RegExp(`^${vendor.slice(2)}  `, 'm'));
    if (from < 0) continue;
    const rest = list.slice(from + 1);
    const to = rest.search(/^[0-9a-f]{4} {2}/m);
    const found = new RegExp(`^\t${device.slice(2)}  (.+)$`, 'm').exec(to < 0 ? rest : rest.slice(0, to))?.[1];
    if (found) return `${makers[vendor]} ${/\[(.+)\]$/.exec(found)?.[1] ?? found}`;
  }
  return makers[vendor] ? `${makers[vendor]} ${device}` : null;
}
const makers: Record<string, string> = { '0x10de': 'NVIDIA', '0x1002': 'AMD', '0x8086': 'Intel' };

function mayUse(file: string): boolean {
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}

function linkOf(file: string): string | null {
  try {
    return basename(readlinkSync(file));
  } catch {
    return null;
  }
}
