import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { spawnWithNode } from '../../src-main/jobs/spawn-node.ts';
import { Studio, type StudioOptions } from '../../src-main/jobs/studio.ts';
import type { UtilityHandle, UtilityPath } from '../../src-main/jobs/utility.ts';
import type { TrainRequest } from '../../src-main/shared/contract.ts';
import type { VersionId } from '../../src-main/shared/ids.ts';
import type { ArchitectureInfo } from '../../src-main/shared/run.ts';
import type { ToUtility } from '../../src-main/shared/work.ts';
import { migrationsFolder, repository } from './temp-workspace.ts';

/** Real processes, whose behaviour is the architecture's (or the imported file's) name: see utilities/fake.mjs. */
export const behaviours = [
  'quick',
  'busy',
  'resumable',
  'deaf',
  'stubborn',
  'refuses',
  'diverges',
  'crashes',
  'loses-its-device',
  'exits',
  'measures',
  'flood',
  'scores',
];

export const fakeArchitectures: ArchitectureInfo[] = behaviours.map((id) => ({
  id,
  inputs: ['image', 'table'],
  learns: 'target',
  fields: [{ key: 'hidden', kind: 'integer', default: 64, min: 1, max: 512 }],
  training: { epochs: 2, batchSize: 32, optimizer: 'adam', learningRate: 0.001 },
}));

/** Nothing stands in for it. */
export const integrityUtility = join(repository, 'src-main/utility/integrity.ts');

export interface FakeStudio {
  studio: Studio;
  /** Every utility started, in order. */
  utilities: UtilityHandle[];
}

export function openFakeStudio(
  folder: string,
  utility: string | UtilityPath = join(repository, 'test/support/utilities/fake.mjs'),
  queue: Pick<StudioOptions, 'goesOn' | 'atOnce' | 'machine'> = {},
  told: (message: ToUtility) => void = () => undefined,
): FakeStudio {
  const utilities: UtilityHandle[] = [];
  const of = typeof utility === 'string' ? () => utility : utility;
  const spawn = spawnWithNode((kind) => (kind === 'integrity' ? integrityUtility : of(kind)));
  const studio = Studio.open({
    folder,
    migrations: migrationsFolder,
    appVersion: '0.0.0-test',
    owner: 'a test',
    architectures: fakeArchitectures,
    ...queue,
    spawnUtility(kind) {
      const handle = spawn(kind);
      utilities.push(handle);
      const post = handle.post.bind(handle);
      handle.post = (message) => {
        told(message as ToUtility);
        post(message);
      };
      return handle;
    },
  });
  onTestFinished(() => {
    for (const utility of utilities) utility.kill();
  });
  return { studio, utilities };
}

export function trainRequest(version: VersionId, architecture: string): TrainRequest {
  return {
    version,
    architecture,
    architectureSettings: {},
    epochs: 2,
    batchSize: 32,
    optimizer: 'adam',
    learningRate: 0.001,
    seed: 1,
    device: 'cpu',
  };
}

/** Waits until `condition` holds, at most `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not so within ${ms} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
