import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gaps, lacksProvider, type DeviceFacts } from '../shared/device.ts';
import { AtelierError, errorFromFacts } from '../shared/errors.ts';
import { newId } from '../shared/ids.ts';
import type { ProviderOffer } from '../shared/work/devices.ts';
import { JobLog } from './job-log.ts';
import { runUtility } from './run-utility.ts';
import { providerFolder } from './utility-env.ts';
import type { SpawnUtility } from './utility.ts';

const offerWithinMs = 90_000;

/**
 * What CUDA's provider is and how large, before anything of it is downloaded.
 * Errors: the gap's, where this machine has no use for it; no_connection, package_not_found.
 */
export async function askForProvider(found: readonly DeviceFacts[], spawn: SpawnUtility): Promise<ProviderOffer> {
  checkUse(found);
  const job = newId('job');
  const log = new JobLog(join(tmpdir(), `atelier-${job}.log`));
  const params = { folder: providerFolder(), install: false };
  const start = { job, kind: 'provider' as const, params, within: offerWithinMs };
  const outcome = await runUtility(spawn('provider'), start, { log }).outcome;
  if (outcome.status === 'finished') return outcome.value;
  throw outcome.status === 'failed' ? errorFromFacts(outcome.error) : new AtelierError('cancelled', 'Cancelled.');
}

/** Throws where the provider would change nothing: another system, no card, no driver. */
export function checkUse(found: readonly DeviceFacts[]): void {
  const gap = found.find(({ device }) => device === 'cuda')?.gap ?? null;
  if (gap === null || lacksProvider(gap) || gap === 'cuda_no_libraries' || gap === 'cuda_no_cudnn') return;
  throw new AtelierError(gap, gaps[gap]);
}
