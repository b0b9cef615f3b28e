import { release } from 'node:os';
import { outputOf, vendorOf, type Adapter } from './adapter.ts';

export async function macAdapters(): Promise<Adapter[]> {
  return parseProfile(await outputOf('/usr/sbin/system_profiler', ['SPDisplaysDataType', '-json']), release());
}

interface Profile {
  SPDisplaysDataType?: { sppci_model?: string; spdisplays_vendor?: string; spdisplays_vram?: string }[];
}

/** Drivers are part of the system there: its version is theirs. */
export function parseProfile(text: string, system: string): Adapter[] {
  let profile: Profile;
  try {
    profile = JSON.parse(text) as Profile;
  } catch {
    return [];
  }
  return (profile.SPDisplaysDataType ?? [])
    .filter((entry) => entry.sppci_model)
    .map((entry) => {
      const [, amount, unit] = /^([\d.]+) (MB|GB)/.exec(entry.spdisplays_vram ?? '') ?? [];
      return {
        vendor: vendorOf(`${entry.spdisplays_vendor ?? ''} ${entry.sppci_model}`),
        name: entry.sppci_model!,
        memory: amount ? Number(amount) * 2 ** (unit === 'GB' ? 30 : 20) : null,
        driver: `Metal (Darwin ${system})`,
      };
    });
}
