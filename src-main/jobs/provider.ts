import { gaps, lacksProvider, type DeviceFacts } from '../shared/device.ts';
import { AtelierError } from '../shared/errors.ts';
import type { ProviderOffer } from '../shared/work/devices.ts';
import { askUtility } from './ask-utility.ts';
import { providerFolder } from './utility-env.ts';
import type { SpawnUtility } from './utility.ts';

const offerWithinMs = 90_000;

/**
 * What CUDA's provider is and how large, before anything of it is downloaded.
 * Errors: the gap's, where this machine has no use for it; no_connection, package_not_found.
 */
export async function askForProvider(found: readonly DeviceFacts[], spawn: SpawnUtility): Promise<ProviderOffer> {
  checkUse(found);
  return askUtility(spawn, 'provider', { folder: providerFolder(), install: false }, offerWithinMs);
}

/** Throws where the provider would change nothing: another system, no card, no driver. */
export function checkUse(found: readonly DeviceFacts[]): void {
  const gap = found.find(({ device }) => device === 'cuda')?.gap ?? null;
  if (gap === null || lacksProvider(gap) || gap === 'cuda_no_libraries' || gap === 'cuda_no_cudnn') return;
  throw new AtelierError(gap, gaps[gap]);
}
