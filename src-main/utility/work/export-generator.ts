import { compileEvaluation, compileInference } from '../../autodiff/compile.ts';
import { composeExport } from '../../export/compose.ts';
import { comparePixels, judge } from '../../export/parity.ts';
import { picturePostprocess } from '../../export/postprocess.ts';
import type { Model } from '../../onnx/types.ts';
import { Evaluator } from '../../runtime/evaluate.ts';
import { dataOf, Session, valueOf } from '../../runtime/session.ts';
import { AtelierError } from '../../shared/errors.ts';
import type { ExportParams } from '../../shared/work/export.ts';
import { Random, streams } from '../../shared/random.ts';
import type { Parity } from '../../shared/run.ts';
import type { JobContext } from '../port/job-port.ts';
import { generatedRange, latentSizeOf } from './generator.ts';
import type { RunModel } from './run-model.ts';
import { brightness } from './tasks/pictures.ts';

/** So many pictures are made by both. */
const samples = 256;
const atOnce = 64;

/** `latent`, float [batch, n], in; `image`, uint8 [batch, height, width, channels], out. */
export function generatorModel({ net, values }: RunModel, metadata: Record<string, string>): Model {
  const { generator } = playersOf(net);
  const names = new Set(generator.graph.initializers.keys());
  const own = new Map([...values].filter(([name]) => names.has(name)));
  const trained = compileInference(generator, own);
  return composeExport(trained, null, picturePostprocess(trained, generatedRange), metadata);
}

/** The file in a session of its own against the run's generator, on the same noise. */
export async function checkGenerator(
  bytes: Uint8Array,
  { net, values, encoder }: RunModel,
  { settings }: ExportParams,
  context: JobContext,
): Promise<Parity> {
  if (encoder.kind !== 'images') throw new AtelierError('internal', 'Only pictures are generated.');
  const { generator } = playersOf(net);
  const size = latentSizeOf(generator);
  const options = { device: 'cpu', threads: settings.threads } as const;
  const own = await Evaluator.open(compileEvaluation(generator, {}), options);
  try {
    const exported = await Session.open(bytes, options);
    try {
      const random = new Random(settings.seed, streams.show, 1);
      const [wanted, found]: [Float32Array[], Float32Array[]] = [[], []];
      for (let done = 0; done < samples; done += atOnce) {
        const x = new Float32Array(atOnce * size);
        random.fillNormal(x);
        const { collected } = await own.evaluate({ count: atOnce, x, y: new Float32Array() }, values, {
          collect: ['prediction'],
        });
        wanted.push(brightness(encoder.image, collected.prediction!, generatedRange));
        const { image } = await exported.run({ latent: valueOf('float', [atOnce, size], x) });
        found.push(Float32Array.from(dataOf(image) as Uint8Array));
        await context.pause();
      }
      const compared = comparePixels(joined(wanted), joined(found));
      return judge(compared, samples, null);
    } finally {
      await exported.close();
    }
  } finally {
    await own.close();
  }
}

function playersOf({ players }: RunModel['net']) {
  if (players) return players;
  throw new AtelierError('internal', 'The run has no generator.');
}

const joined = (parts: readonly Float32Array[]): Float32Array =>
  Float32Array.from(parts.flatMap((part) => Array.from(part)));
