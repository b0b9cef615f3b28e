import { RemoteWriter } from '../remote/ask.ts';
import { AtelierError, errorFacts } from '../shared/errors.ts';
import type { RemoteQuestion, WriterRequest, WriterResponse } from '../shared/prompt/writer.ts';
import type { AskedModel } from '../shared/work/generate.ts';
import { openPort } from './port/port.ts';

const port = openPort<WriterRequest<AskedModel>, WriterResponse>();
const writer = new RemoteWriter();
const asked = new Map<number, AbortController>();

/** They go side by side: others compute. */
async function write(request: RemoteQuestion) {
  const { id } = request;
  const abort = new AbortController();
  asked.set(id, abort);
  const hooks = {
    given: (given: string) => port.post({ id, ok: undefined, given }),
    told: (part: NonNullable<Extract<WriterResponse, { ok: undefined }>['part']>) =>
      port.post({ id, ok: undefined, part }),
    waiting: (waiting: Extract<WriterResponse, { ok: undefined }>['waiting']) =>
      port.post({ id, ok: undefined, waiting: waiting ?? null }),
  };
  return writer.write(request, hooks, abort.signal).finally(() => asked.delete(id));
}

port.listen(async (request) => {
  const { id } = request;
  try {
    if (request.type === 'stop') return asked.get(request.of)?.abort();
    if (request.type !== 'write' || !('remote' in request.model))
      throw new AtelierError('internal', 'This process asks models elsewhere, and nothing else.');
    port.post({ id, ok: true, value: await write({ ...request, model: request.model }) });
  } catch (error) {
    port.post({ id, ok: false, error: errorFacts(error) });
  }
});
