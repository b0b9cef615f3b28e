import type { WriterRequest, WriterResponse } from '../shared/prompt/writer.ts';
import { answerEach } from './port/answer-each.ts';
import { openPort } from './port/port.ts';
import { Bench } from './work/generate/bench.ts';

const port = openPort<WriterRequest, WriterResponse>();
const bench = new Bench();
const stopped = new Set<number>();
/** One writes at a time; prompts are laid out meanwhile. */
let last: Promise<unknown> = Promise.resolve();

async function answer(request: WriterRequest) {
  const { id } = request;
  switch (request.type) {
    case 'render':
      return bench.render(request.model, request.prompt);
    case 'stop':
      stopped.add(request.of);
      return null;
    case 'write': {
      const written = last.then(() =>
        bench.write(request, {
          given: (given) => port.post({ id, ok: undefined, given }),
          told: (part) => port.post({ id, ok: undefined, part }),
          pause: () => new Promise((resolve) => setImmediate(resolve)),
          stopRequested: () => stopped.has(id),
        }),
      );
      last = written.catch(() => {});
      return written.finally(() => stopped.delete(id));
    }
  }
}

answerEach(port, answer);
