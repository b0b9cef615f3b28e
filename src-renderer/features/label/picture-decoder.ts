import type { Decoded, DecodeWish } from './picture-worker.ts';
import PictureWorker from './picture-worker.ts?worker';

/**
 * Decodes files of pictures in a worker. The browser would decode them beside the window's thread, but make them smaller on it: of 12 megapixels that
 * takes longer than a person should wait for a key.
 */
class PictureDecoder {
  #worker: Worker | null = null;
  readonly #waiting = new Map<number, (images: ImageBitmap[] | null) => void>();
  #last = 0;

  /** With `across` one picture so wide; else all of it and its smaller ones, each half of the one before. Null: no picture. The bytes are gone then. */
  decode(bytes: Uint8Array, turn: boolean, across?: number): Promise<ImageBitmap[] | null> {
    this.#worker ??= this.#start();
    const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    const wish: DecodeWish = { id: ++this.#last, bytes: own as Uint8Array<ArrayBuffer>, turn, across };
    return new Promise((resolve) => {
      this.#waiting.set(wish.id, resolve);
      this.#worker!.postMessage(wish, [wish.bytes.buffer]);
    });
  }

  #start(): Worker {
    const worker = new PictureWorker();
    worker.onmessage = ({ data: { id, images } }: MessageEvent<Decoded>) => {
      this.#waiting.get(id)?.(images);
      this.#waiting.delete(id);
    };
    return worker;
  }
}

export const pictureDecoder = new PictureDecoder();
