import type {
  Channel,
  DropChannel,
  Input,
  Offered,
  Output,
  StudioBridge,
  StudioEvent,
} from '../../src-main/shared/contract.ts';
import type { CollectionId, JobId } from '../../src-main/shared/ids.ts';
import { AtelierError, errorFromFacts } from '../../src-main/shared/errors.ts';

declare global {
  interface Window {
    readonly studio?: StudioBridge;
  }
}

/** The only place that reads `window.studio`: everything else asks through these three. */
export interface Studio {
  readonly platform: StudioBridge['platform'];
  /** Rejects with an AtelierError. */
  call<C extends Exclude<Channel, DropChannel>>(channel: C, ...input: InputArgs<C>): Promise<Output<C>>;
  offerDropped(files: readonly File[]): Promise<Offered>;
  addDropped(collection: CollectionId, files: readonly File[]): Promise<JobId>;
  onEvents(listener: (event: StudioEvent) => void): () => void;
}

type InputArgs<C extends Channel> = undefined extends Input<C> ? [input?: Input<C>] : [input: Input<C>];

function bridge(): StudioBridge {
  const found = window.studio;
  if (!found) throw new AtelierError('no_bridge', 'The window was opened without its main process.');
  return found;
}

export const studio: Studio = {
  get platform() {
    return window.studio?.platform ?? 'linux';
  },
  async call(channel, ...[input]) {
    const reply = await bridge().invoke(channel, input as Input<typeof channel>);
    if (!reply.ok) throw errorFromFacts(reply.error);
    return reply.value;
  },
  async offerDropped(files) {
    const reply = await bridge().offerDropped(files);
    if (!reply.ok) throw errorFromFacts(reply.error);
    return reply.value;
  },
  async addDropped(collection, files) {
    const reply = await bridge().addDropped(collection, files);
    if (!reply.ok) throw errorFromFacts(reply.error);
    return reply.value;
  },
  onEvents(listener) {
    return bridge().onEvents((events) => events.forEach(listener));
  },
};
