import { errorFacts, type ErrorFacts } from '../../shared/errors.ts';
import type { Port } from './port.ts';

/** Answers requests as they come, several at a time: with what `answer` makes of each, or with why it does not. */
export function answerEach<Request extends { id: number }, Value>(
  port: Port<Request, { id: number; ok: true; value: Value } | { id: number; ok: false; error: ErrorFacts }>,
  answer: (request: Request) => Value | Promise<Value>,
): void {
  port.listen(async (request) => {
    const { id } = request;
    try {
      port.post({ id, ok: true, value: await answer(request) });
    } catch (error) {
      port.post({ id, ok: false, error: errorFacts(error) });
    }
  });
}
