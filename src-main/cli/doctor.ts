import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { openStore, sqliteVersion } from '../db/open.ts';
import { workspaceExists } from '../db/workspace.ts';
import { surveyDevices } from '../jobs/device-survey.ts';
import { Reader } from '../jobs/reader.ts';
import { AtelierError, errorFacts } from '../shared/errors.ts';
import type { DevicesReport } from '../shared/work/devices.ts';
import { Session, type CommandContext, type CommonOptions } from './context.ts';
import { getCuda } from './doctor-cuda.ts';
import { benchmark, deviceAdvice, deviceRows } from './doctor-devices.ts';
import { table } from './format.ts';
import type { Host } from './host.ts';
import { withCommon } from './options.ts';

export function addDoctor(program: Command, context: CommandContext): void {
  withCommon(program.command('doctor'))
    .description('check this installation: versions, devices, runtime, and the workspace')
    .option('--benchmark', 'test each device instead: whether it trains rightly, and how fast; under a minute')
    .option('--get-cuda', 'tell what ONNX Runtime’s CUDA provider is and how large (Linux x64 with an NVIDIA card)')
    .option('--yes', 'with --get-cuda: download and install it')
    .addHelpText(
      'after',
      `
Checks the workspace's database from end to end, and repairs it where needed (a damaged file is kept aside).
Exits with 1 when something is wrong.

JSON: {"versions":{name:version},"runtime","platform","onnxruntime","providers":[…],"devices":[{"device","name","memory",
       "driver","gap","status","reason"}],"cores","threads","workspace","integrity":"ok"|…|null,"problems":[{"code","message"}]}

--benchmark trains small nets on each device, in a process of its own, and compares the weights with the processor's. The
results are kept: --device auto takes the fastest device that passed, --threads 0 the fastest number of threads.
JSON, per device: {"device","name","status":"passed"|"failed"|"missing","reason","samples_per_second":{"mlp","cnn"},"threads",
       "largest_difference"}

--get-cuda tells what would be downloaded, from where and how large; with --yes it does. It goes on from where an earlier download
was cut, checks the file against its catalogue's SHA-512, and installs all of it or nothing, in a folder of yours: doctor and every
run then find it. NVIDIA's driver, CUDA 12 and cuDNN 9 are not part of it; doctor says which of them is missing.
The address is the one that onnxruntime-node's own installer uses; ATELIER_NUGET_FEED=URL asks a mirror instead, and HTTPS_PROXY is
heeded on Node 24. JSON: {"event":"offered"|"installed","version","bytes","have","host","folder","lacks"}

Examples:
  $ atelier doctor
  $ atelier doctor --benchmark
  $ atelier doctor --get-cuda --yes
  $ atelier doctor --workspace ~/studies --json`,
    )
    .action((options: CommonOptions & { benchmark?: boolean; getCuda?: boolean; yes?: boolean }, command: Command) => {
      if (options.yes && !options.getCuda) command.error('error: --yes goes with --get-cuda');
      const session = new Session(context, 'doctor', options);
      if (options.getCuda) return getCuda(session, options.yes ?? false);
      return options.benchmark ? benchmark(session) : doctor(session);
    });
}

interface Problem {
  code: string;
  message: string;
}

async function doctor(session: Session): Promise<void> {
  const { host, out, folder } = session;
  const problems: Problem[] = [];
  const note = (error: unknown) => {
    const { code, message } = errorFacts(error);
    problems.push({ code, message });
  };

  const integrity = checkWorkspace(session, note);
  let devices: DevicesReport | null = null;
  try {
    devices = await survey(session, integrity === 'ok');
  } catch (error) {
    note(error);
  }
  const versions = collectVersions(host);

  out.record({
    versions: Object.fromEntries(versions),
    runtime: host.runtime,
    platform: `${process.platform}-${process.arch}`,
    onnxruntime: devices?.onnxruntime ?? null,
    providers: devices?.providers ?? [],
    devices: (devices?.devices ?? []).map(({ device, name, memory, driver, gap, status, reason }) => ({
      device,
      name,
      memory,
      driver,
      gap,
      status,
      reason: reason?.message ?? null,
    })),
    cores: devices?.cores ?? null,
    threads: devices?.threads ?? null,
    workspace: folder,
    integrity,
    problems,
  });
  out.text(
    table([
      ...versions.map(([name, version]) => [name, version]),
      ['runtime', host.runtime],
      ['platform', `${process.platform}-${process.arch}`],
      ...deviceRows(devices?.devices ?? []),
      [
        'cores',
        devices
          ? `${devices.cores} (${devices.threads} ${devices.threads === 1 ? 'thread' : 'threads'} by default)`
          : 'unknown',
      ],
      ['workspace', folder],
      ['database', integrity ?? (workspaceExists(folder) ? 'not checked' : 'none yet: made by the first import')],
    ]),
  );
  const advice = deviceAdvice(devices?.devices ?? []);
  if (advice) out.text(`\n${advice}`);
  if (problems.length === 0) return out.text('\nEverything is in order.');
  throw new AtelierError(
    problems[0].code,
    problems[0].message,
    problems.slice(1).map((problem) => `${problem.code}: ${problem.message}`),
  );
}

/** With what earlier tests found, where the workspace can be read. */
async function survey(session: Session, readable: boolean): Promise<DevicesReport> {
  const { spawnUtility } = session.host;
  const reader = new Reader(spawnUtility);
  const found = await reader.devices().finally(() => reader.close());
  return readable
    ? session.read((store) => surveyDevices(found, spawnUtility, store))
    : surveyDevices(found, spawnUtility, null);
}

/** 'ok' or what is wrong; null when there is none, or another process owns it. */
function checkWorkspace(session: Session, note: (error: unknown) => void): string | null {
  if (!workspaceExists(session.folder)) return null;
  const { places, appVersion } = session.host;
  try {
    const store = openStore(session.folder, {
      mode: 'write',
      owner: '"atelier doctor"',
      migrations: places.migrations,
      appVersion,
    });
    try {
      session.tell(store.notices);
      const integrity = store.integrity();
      if (integrity !== 'ok') note(new AtelierError('workspace_damaged', `The database is damaged: ${integrity}`));
      return integrity;
    } finally {
      store.close();
    }
  } catch (error) {
    if (error instanceof AtelierError && error.code === 'workspace_in_use') session.out.note(error.message);
    else note(error);
    return null;
  }
}

/** Name → version, in showing order. */
function collectVersions(host: Pick<Host, 'places' | 'appVersion'>): [string, string][] {
  const versions: [string, string][] = [['Atelier', host.appVersion]];
  if (process.versions.electron) versions.push(['Electron', process.versions.electron]);
  versions.push(['Node', process.versions.node], ['SQLite', sqliteVersion()]);
  const packages = [
    ['ONNX Runtime', 'onnxruntime-node'],
    ['DuckDB', '@duckdb/node-api'],
    ['sharp', 'sharp'],
  ];
  for (const [name, folder] of packages) {
    try {
      const file = join(host.places.app, 'node_modules', folder, 'package.json');
      versions.push([name, (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version]);
    } catch {
      versions.push([name, 'missing']);
    }
  }
  return versions;
}
