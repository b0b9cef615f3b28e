import { askForProvider } from '../jobs/provider.ts';
import { Reader } from '../jobs/reader.ts';
import { gaps } from '../shared/device.ts';
import type { ProviderOffer } from '../shared/work/devices.ts';
import type { Session } from './context.ts';
import { bytes } from './format.ts';

/**
 * Tells what would be downloaded and, where the person has agreed, downloads and installs it. Ctrl-C keeps what has come; the next
 * time goes on from there.
 */
export async function getCuda(session: Session, agreed: boolean): Promise<void> {
  const { out, host } = session;
  const reader = new Reader(host.spawnUtility);
  const { found } = await reader.devices().finally(() => reader.close());
  const offer = await askForProvider(found, host.spawnUtility);
  if (offer.installed) {
    out.record(recordOf('installed', offer));
    return out.text(`The CUDA provider ${offer.version} is installed in ${offer.folder}. ${next(offer)}`);
  }
  out.record(recordOf('offered', offer));
  const what = `ONNX Runtime’s CUDA provider ${offer.version} from ${offer.host}`;
  const size = bytes(offer.bytes) + (offer.have > 0 ? `, of which ${bytes(offer.have)} are here already` : '');
  if (!agreed) {
    const lacks = offer.lacks ? `\n${gaps[offer.lacks]}` : '';
    return out.text(
      `${what}: a download of ${size}, into ${offer.folder}.${lacks}\nTo get it: atelier doctor --get-cuda --yes`,
    );
  }
  out.note(`Downloading ${what}: ${size} (Ctrl-C stops; what has come is kept)`);
  const done = await session.work('provider', 'CUDA provider', { folder: offer.folder, install: true });
  out.record(recordOf('installed', done));
  out.text(`Installed in ${done.folder}. ${next(done)}`);
}

const next = ({ lacks }: ProviderOffer): string =>
  lacks ? gaps[lacks] : '"atelier doctor --benchmark" tests what it can do.';

function recordOf(event: 'offered' | 'installed', { lacks, ...offer }: ProviderOffer): Record<string, unknown> {
  const { version, bytes, have, host, folder } = offer;
  return { event, version, bytes, have, host, folder, lacks: lacks && gaps[lacks] };
}
