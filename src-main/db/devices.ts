import type { DeviceTest } from '../shared/device.ts';
import type { DeviceName } from '../shared/run.ts';
import type { Readable, Writable } from './connection.ts';

/** `machine` is a name for everything the result depends on (jobs/machine.ts). */
export function getDeviceTest(db: Readable, machine: string, device: DeviceName): DeviceTest | null {
  const row = db.get<{ result: string }>(`SELECT result FROM device_tests WHERE machine = ? AND device = ?`, [
    machine,
    device,
  ]);
  return row ? (JSON.parse(row.result) as DeviceTest) : null;
}

/** Takes the place of the device's earlier result on the same machine. */
export function putDeviceTest(db: Writable, machine: string, test: DeviceTest): void {
  db.run(
    `INSERT INTO device_tests (machine, device, tested_at, result) VALUES (@machine, @device, @testedAt, @result)
     ON CONFLICT (machine, device) DO UPDATE SET tested_at = excluded.tested_at, result = excluded.result`,
    { machine, device: test.device, testedAt: test.testedAt, result: JSON.stringify(test) },
  );
}

/** Whether any but the processor was ever tested: if not, there is nothing to choose from. */
export function hasOtherDevices(db: Readable): boolean {
  return db.get(`SELECT 1 FROM device_tests WHERE device <> 'cpu' LIMIT 1`) !== undefined;
}
