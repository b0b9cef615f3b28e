import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compileEvaluation } from '../../autodiff/compile.ts';
import { encodePng } from '../../datasets/images/encode-png.ts';
import type { TrainingData } from '../../datasets/training-data.ts';
import type { PictureRange } from '../../export/pictures.ts';
import { writeAtomically } from '../../runtime/atomic-file.ts';
import { Evaluator, type ModelValues } from '../../runtime/evaluate.ts';
import type { Samples } from '../../runtime/programs.ts';
import type { ImageShape } from '../../shared/dataset.ts';
import { Random, streams } from '../../shared/random.ts';
import { pictureFile, pictureGap as gap, type TrainSettings } from '../../shared/run.ts';
import { taskFacts } from '../../shared/task.ts';
import type { Net } from './forward.ts';
import { generatedRange, latentSizeOf } from './generator.ts';
import { brightness } from './tasks/pictures.ts';

/** A run leaves so many pictures at most, however many epochs it has. */
const mostPictures = 200;
/** Samples given back: as many columns, the originals above. */
const strip = 16;
/** Samples generated: rows and columns. */
const side = 8;

/** `<run folder>/pictures/`: what the model makes of the same samples (or the same noise) as it learns, one PNG for each epoch. */
export class EpochPictures {
  readonly #folder: string;
  readonly #epochs: number;
  readonly #shape: ImageShape;
  readonly #evaluator: Evaluator;
  readonly #scene: Scene;

  private constructor(folder: string, epochs: number, shape: ImageShape, evaluator: Evaluator, scene: Scene) {
    this.#folder = folder;
    this.#epochs = epochs;
    this.#shape = shape;
    this.#evaluator = evaluator;
    this.#scene = scene;
  }

  /** Null where there is nothing to look at. `resumed`: the pictures of earlier epochs stay. */
  static async open(
    runFolder: string,
    net: Net,
    data: TrainingData,
    settings: TrainSettings,
    resumed: boolean,
  ): Promise<EpochPictures | null> {
    const folder = join(runFolder, 'pictures');
    if (!resumed) rmSync(folder, { recursive: true, force: true });
    if (!taskFacts[net.task].pictures || data.encoder.kind !== 'images') return null;
    mkdirSync(folder, { recursive: true });
    const { image } = data.encoder;
    const scene = net.players ? generated(net, settings) : reconstructed(data, image);
    const program = net.players ? compileEvaluation(net.players.generator, {}) : compileEvaluation(net.forward, net);
    const evaluator = await Evaluator.open(program, { device: 'cpu', threads: settings.threads });
    return new EpochPictures(folder, settings.epochs, image, evaluator, scene);
  }

  /** After an epoch, counted from 1. */
  async draw(epoch: number, model: () => Promise<ModelValues>): Promise<void> {
    const every = Math.ceil(this.#epochs / mostPictures);
    if (epoch !== 1 && epoch !== this.#epochs && epoch % every !== 0) return;
    const { samples, range, columns, above } = this.#scene;
    const { collected } = await this.#evaluator.evaluate(samples, await model(), { collect: ['prediction'] });
    const made = brightness(this.#shape, collected.prediction!, range);
    const tiles = Uint8Array.from([...above, ...made.map(Math.round)]);
    const { pixels, width, height } = gridOf(tiles, this.#shape, columns);
    const png = await encodePng(pixels, { width, height, channels: 4 });
    writeAtomically(join(this.#folder, pictureFile(epoch)), [png]);
  }

  close(): Promise<void> {
    return this.#evaluator.close();
  }
}

/** What is looked at: the same in every epoch. */
interface Scene {
  samples: Samples;
  range: PictureRange;
  columns: number;
  /** Pixels of what stands above. */
  above: Uint8Array;
}

function generated(net: Net, { seed }: TrainSettings): Scene {
  const count = side * side;
  const x = new Float32Array(count * latentSizeOf(net.players!.generator));
  new Random(seed, streams.show).fillNormal(x);
  const samples = { count, x, y: new Float32Array() };
  return { samples, range: generatedRange, columns: side, above: new Uint8Array() };
}

/** Evenly out of those that are not trained on, where there are such. */
function reconstructed({ splits }: TrainingData, { height, width, channels }: ImageShape): Scene {
  const split = splits.validation.count > 0 ? splits.validation : splits.train;
  const count = Math.min(strip, split.count);
  const size = height * width * channels;
  const x = new Uint8Array(count * size);
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * split.count) / count) * size;
    x.set(split.x.subarray(from, from + size), i * size);
  }
  const samples = { count, x, y: new Int32Array() };
  return { samples, range: { from: 0, to: 1 }, columns: count, above: x };
}

/** Tiles side by side, row after row, as RGBA; between them nothing. */
export function gridOf(
  tiles: Uint8Array,
  { height, width, channels }: ImageShape,
  columns: number,
): { pixels: Uint8Array; width: number; height: number } {
  const size = height * width * channels;
  const rows = Math.ceil(tiles.length / size / columns);
  const whole = { width: columns * (width + gap) - gap, height: rows * (height + gap) - gap };
  const pixels = new Uint8Array(whole.width * whole.height * 4);
  for (let i = 0; i < tiles.length; i += channels) {
    const [tile, place] = [Math.floor(i / size), (i % size) / channels];
    const x = (tile % columns) * (width + gap) + (place % width);
    const y = Math.floor(tile / columns) * (height + gap) + Math.floor(place / width);
    const at = (y * whole.width + x) * 4;
    for (let c = 0; c < 3; c++) pixels[at + c] = tiles[i + (channels === 1 ? 0 : c)];
    pixels[at + 3] = 255;
  }
  return { pixels, ...whole };
}
