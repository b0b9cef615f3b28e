-- What tests of this machine's devices found, and which runs had to leave theirs.

-- `machine` spells out all that a result depends on (processor, cores, runtime, adapter, driver): a changed machine has another name
-- and finds nothing, so that a stale result is never used.
CREATE TABLE device_tests (
  machine TEXT NOT NULL,
  device TEXT NOT NULL,
  tested_at INTEGER NOT NULL,
  -- shared/device.ts DeviceTest, whole.
  result TEXT NOT NULL CHECK (json_valid(result)),
  PRIMARY KEY (machine, device)
) STRICT, WITHOUT ROWID;

-- shared/run.ts Fallback: the device failed in mid-run, and the run went on on the processor.
ALTER TABLE runs ADD COLUMN fallback TEXT CHECK (fallback IS NULL OR json_valid(fallback));
