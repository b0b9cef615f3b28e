import { errorFacts } from '../shared/errors.ts';
import type { EncoderAnswer, EncoderQuestion } from '../shared/work/embed.ts';
import { openPort } from './port/port.ts';
import { openEncoder, type OpenEncoder } from './work/encoders/open-encoder.ts';

/** Questions to documents, by the encoder that was asked last, which stays open. */

const port = openPort<EncoderQuestion, EncoderAnswer>();
let open: { key: string; encoder: OpenEncoder } | null = null;
let last: Promise<unknown> = Promise.resolve();

async function vectorOf({ model, text, threads }: EncoderQuestion) {
  const key = JSON.stringify([model, threads]);
  if (open?.key !== key) {
    await open?.encoder.embedder.close();
    open = null;
    open = { key, encoder: await openEncoder(model, threads) };
  }
  const [vector] = await open.encoder.embedder.embed([text]);
  return { identity: open.encoder.identity, vector };
}

port.listen((question) => {
  last = last.then(async () => {
    const { id } = question;
    try {
      port.post({ id, ok: true, ...(await vectorOf(question)) });
    } catch (error) {
      port.post({ id, ok: false, error: errorFacts(error) });
    }
  });
});
