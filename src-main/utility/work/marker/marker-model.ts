import { basename } from 'node:path';
import type { DecodedImage } from '../../../datasets/images/decode.ts';
import { stretchPixels } from '../../../datasets/images/decode.ts';
import { readFound } from '../../../detection/decode.ts';
import { fed } from '../../../detection/feed.ts';
import { boxInPicture, placed } from '../../../detection/fit.ts';
import type { Output } from '../../../detection/found.ts';
import { isOffsets, layoutOf, type Layout } from '../../../detection/layout.ts';
import { classMasks, maskOfPicture, maskOfRow } from '../../../detection/masks.ts';
import { namesInMetadata } from '../../../detection/names.ts';
import { canMask, isBackground, settingsOf } from '../../../detection/settings.ts';
import { suppressed } from '../../../detection/suppress.ts';
import { Session } from '../../../runtime/session.ts';
import { AtelierError } from '../../../shared/errors.ts';
import { maskOf, type Bits } from '../../../shared/mask-bits.ts';
import type { FoundObject, MarkerFacts, MarkerWish } from '../../../shared/marker.ts';
import { readModelFile } from '../exported-model.ts';
import { feeds, formOf, pictureInput, type PictureInput } from './picture-input.ts';
import { outputsOf } from './values.ts';

/** Nobody looks through more suggestions in one picture. */
const mostFound = 300;
/** Layouts that leave several boxes for one thing. */
const repeating: readonly Layout['kind'][] = ['yolo', 'objectness', 'grids', 'boxes-scores'];

/** A model made elsewhere that marks what is in a picture. */
export class MarkerModel {
  readonly facts: MarkerFacts;
  readonly #session: Session;
  readonly #input: PictureInput;
  readonly #layout: Layout;

  private constructor(session: Session, input: PictureInput, layout: Layout, facts: MarkerFacts) {
    this.#session = session;
    this.#input = input;
    this.#layout = layout;
    this.facts = facts;
  }

  /**
   * Opens a file and finds out, by one run on a grey picture, how it is to be used. Errors: `unknown_model`, `class_names_differ`, and those of reading
   * and opening a file.
   */
  static async open(path: string, threads: number, wish: MarkerWish): Promise<MarkerModel> {
    const { bytes, model } = readModelFile(path);
    const name = basename(path);
    const session = await Session.open(bytes, { device: 'cpu', threads });
    try {
      const input = pictureInput(session.inputs, name, wish.side ?? sideInMetadata(model.metadata));
      const grey = { rgb: new Uint8Array(3 * 16 * 16).fill(114), width: 16, height: 16 };
      const outputs = await run(session, input, grey, { fit: 'stretch', scale: 'unit', channels: 'rgb' });
      const named = wish.classes ?? namesInMetadata(model.metadata);
      const layout = rowsRead(outputs, input, named?.length ?? null, wish);
      const count = 'classes' in layout ? layout.classes : null;
      // A segmenter's first class is what is none of the others, where one name is missing.
      const lacksOne = layout.kind === 'semantic' && named?.length === layout.classes - 1 && !named.some(isBackground);
      const said = lacksOne ? ['background', ...named] : named;
      const classes = said && namesFit(said, count, wish.classes !== undefined) ? said : null;
      const how = settingsOf(layout, wish, { metadata: model.metadata, names: classes, open: input.open });
      const facts: MarkerFacts = {
        name,
        input: { ...input, shape: [...input.shape] },
        outputs: [...outputs].map(([name, { dims }]) => ({
          name,
          shape: [...dims],
          type: session.outputs.find((one) => one.name === name)!.type,
        })),
        count,
        classes,
        classSource: wish.classes ? 'wish' : classes ? 'file' : 'guess',
        ...how,
        shapes:
          layout.kind === 'semantic' || layout.kind === 'class-map'
            ? ['mask']
            : canMask(layout)
              ? ['box', 'mask']
              : ['box'],
      };
      return new MarkerModel(session, input, layout, facts);
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  /** What is in a picture, the surest first. */
  async mark(picture: DecodedImage): Promise<FoundObject[]> {
    const { settings } = this.facts;
    const input = this.#input;
    const outputs = await run(this.#session, input, picture, settings);
    const layout = this.#layout;
    const placing = placed(picture, input, settings.fit);
    const where = { input, placing, picture };
    if (layout.kind === 'semantic' || layout.kind === 'class-map') {
      return classMasks(layout, outputs.get(layout.output)!, where)
        .filter((one) => this.#isMeant(one.class) && (one.score ?? 1) >= settings.score)
        .flatMap(({ bits, score, class: its }) => masked(bits, picture, its, score));
    }
    const found = readFound(layout, outputs, { input, score: settings.score, first: settings.first });
    const { overlap, across } = settings;
    const kept = suppressed(found, { overlap: repeating.includes(layout.kind) ? overlap : 1, across, most: mostFound });
    return kept.flatMap((one): FoundObject[] => {
      const box = boxInPicture(one.box, placing, picture);
      if (!box || !this.#isMeant(one.class)) return [];
      if (settings.shape === 'mask') {
        const bits =
          layout.kind === 'detections'
            ? layout.masks && maskOfPicture(outputs.get(layout.masks)!, one.row, box, where)
            : 'protos' in layout && layout.protos && maskOfRow(one, box, layout, outputs, where);
        if (bits) return masked(bits, picture, one.class, one.score);
      }
      return [{ class: one.class, score: rounded(one.score), shape: { type: 'box', box } }];
    });
  }

  close(): Promise<void> {
    return this.#session.close();
  }

  #isMeant(its: number): boolean {
    const { classes, count } = this.facts;
    if (its < 0 || its >= (classes?.length ?? count ?? Infinity)) return false;
    return !isBackground(classes?.[its] ?? '');
  }
}

/** What a file is, without marking anything. */
export async function markerFacts({ path, threads, wish }: { path: string; threads: number; wish: MarkerWish }) {
  const model = await MarkerModel.open(path, threads, wish);
  await model.close();
  return model.facts;
}

async function run(
  session: Session,
  input: PictureInput,
  picture: DecodedImage,
  how: Pick<MarkerFacts['settings'], 'fit' | 'scale' | 'channels'>,
): Promise<Map<string, Output>> {
  const placing = placed(picture, input, how.fit);
  const scaled = await stretchPixels(picture.rgb, picture, placing);
  return outputsOf(await session.run(feeds(input, session.inputs, fed(scaled, placing, formOf(input, how)))));
}

function rowsRead(outputs: Map<string, Output>, input: PictureInput, names: number | null, wish: MarkerWish): Layout {
  const layout = layoutOf(outputs, { input, names, wish: wish.layout });
  if (wish.layout || layout.kind !== 'objectness' || !isOffsets(layout, outputs.get(layout.output)!, input))
    return layout;
  return { ...layout, kind: 'grids' };
}

/** Names that a person gave must be as many as the model tells classes apart; those in a file are let go where they are not. */
function namesFit(names: readonly string[], count: number | null, wished: boolean): boolean {
  if (count === null || names.length === count) return true;
  if (!wished) return false;
  throw new AtelierError(
    'class_names_differ',
    `The model tells ${count} classes apart, and ${names.length} names were given. Give one for each, in the model's order.`,
  );
}

/** Ultralytics writes "[640, 640]". */
function sideInMetadata({ imgsz }: Readonly<Record<string, string>>): number | undefined {
  const side = Number(/\d+/.exec(imgsz ?? '')?.[0] ?? 0);
  return side >= 32 && side <= 4096 ? side : undefined;
}

const rounded = (score: number | null): number | null =>
  score === null ? null : Math.round(Math.min(1, Math.max(0, score)) * 1e4) / 1e4;

function masked(bits: Bits, picture: DecodedImage, its: number, score: number | null): FoundObject[] {
  const { mask, area, box } = maskOf(bits, picture);
  return area === 0 ? [] : [{ class: its, score: rounded(score), shape: { type: 'mask', box, mask, area } }];
}
