import { outputOf, vendorOf, type Adapter } from './adapter.ts';

/** The registry's class of display adapters: unlike WMI it tells memory beyond 4 GB. */
const script =
  "Get-ItemProperty 'HKLM:\\SYSTEM\\CurrentControlSet\\Control\\Class\\{4d36e968-e325-11ce-bfc1-08002be10318}\\0*' -ErrorAction SilentlyContinue | " +
  "Select-Object DriverDesc, DriverVersion, ProviderName, @{n='Memory';e={$_.'HardwareInformation.qwMemorySize'}} | ConvertTo-Json -Compress";

export async function windowsAdapters(): Promise<Adapter[]> {
  return parseRegistry(
    await outputOf('powershell.exe', [
      '-NoProfile',
      '-NonInteractive',
      '-ExecutionPolicy',
      'Bypass',
      '-Command',
      script,
    ]),
  );
}

interface Entry {
  DriverDesc?: string | null;
  DriverVersion?: string | null;
  ProviderName?: string | null;
  Memory?: number | null;
}

/** PowerShell writes one entry as an object and several as a list. */
export function parseRegistry(text: string): Adapter[] {
  let entries: unknown;
  try {
    entries = JSON.parse(text);
  } catch {
    return [];
  }
  return (Array.isArray(entries) ? (entries as Entry[]) : [entries as Entry])
    .filter(
      (entry) => entry?.DriverDesc && !/basic (display|render)|remote|virtual|mirage|hyper-v/i.test(entry.DriverDesc),
    )
    .map((entry) => ({
      vendor: vendorOf(`${entry.ProviderName ?? ''} ${entry.DriverDesc}`),
      name: entry.DriverDesc!,
      memory: typeof entry.Memory === 'number' && entry.Memory > 0 ? entry.Memory : null,
      driver: entry.DriverVersion ?? null,
    }));
}
