import { join } from 'node:path';
import { dataFolder } from '../db/workspace.ts';
import { runtimeVersion } from './machine.ts';
import type { UtilityKind } from './utility.ts';

/** This person's folder for a downloaded provider, which fits one version of the runtime only. */
export const providerFolder = (): string => join(dataFolder(), 'onnxruntime', runtimeVersion());

/** What a utility is started with. */
export function utilityEnv(kind: UtilityKind): NodeJS.ProcessEnv {
  const own: NodeJS.ProcessEnv =
    kind === 'provider' || kind === 'download'
      ? // Those that download go through the proxy that a person has set (HTTPS_PROXY), where the runtime knows how.
        { NODE_USE_ENV_PROXY: '1' }
      : // See runtime/ort.ts.
        { ATELIER_ONNXRUNTIME: providerFolder() };
  return { ...process.env, ORT_DISABLE_TELEMETRY: '1', ...own };
}
