import { join } from 'node:path';
import { dataFolder } from '../db/workspace.ts';
import { runtimeVersion } from './machine.ts';
import type { UtilityKind } from './utility.ts';

/** This person's folder for a downloaded provider, which fits one version of the runtime only. */
export const providerFolder = (): string => join(dataFolder(), 'onnxruntime', runtimeVersion());

const onlyReaching = new Set<UtilityKind>(['provider', 'download', 'remote', 'remote-models']);
/** A grid may have models elsewhere among its own. */
const reaching = new Set<UtilityKind>([...onlyReaching, 'grid']);

/** What a utility is started with. */
export function utilityEnv(kind: UtilityKind): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ORT_DISABLE_TELEMETRY: '1',
    // Those that reach the network go through the proxy that a person has set (HTTPS_PROXY), where the runtime knows how.
    ...(reaching.has(kind) && { NODE_USE_ENV_PROXY: '1' }),
    // See runtime/ort.ts.
    ...(!onlyReaching.has(kind) && { ATELIER_ONNXRUNTIME: providerFolder() }),
  };
}
