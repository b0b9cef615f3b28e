import { installProvider, offerProvider } from '../../runtime/provider/install.ts';
import type { ProviderOffer, ProviderParams } from '../../shared/work/devices.ts';
import type { JobContext } from '../port/job-port.ts';

/** Tells what would be downloaded, or downloads and installs it. */
export async function provideCuda({ folder, install }: ProviderParams, context: JobContext): Promise<ProviderOffer> {
  const { signal } = context;
  if (!install) return offerProvider(folder, signal);
  const offer = await installProvider(folder, {
    signal,
    progress: (stage, done, total) => context.progress({ stage, unit: 'bytes', done, total }),
  });
  context.log(`Installed ONNX Runtime's CUDA provider ${offer.version} from ${offer.host} in ${folder}.`);
  return offer;
}
