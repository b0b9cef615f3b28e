import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { modelProto } from '../../src-main/onnx/proto.ts';
import { sizeOf } from '../../src-main/onnx/tensors.ts';
import { decode, encode, type WireMessage } from '../../src-main/onnx/wire.ts';

/** In bytes. ONNX Runtime wants shapes and the like inside, and everybody's exporter leaves them there. */
const least = 128;

/**
 * An ONNX file with its initializers in another one, as `onnx.save_model(…, save_as_external_data=True)` writes them. `dims`: they are said to be floats of
 * this shape, for which the other file is then to be made long enough.
 */
export function writeOutside(path: string, model: Uint8Array, location: string, dims?: readonly number[]): void {
  const message = decode(model, modelProto);
  const { initializer } = message.graph as { initializer: WireMessage[] };
  const pieces: Uint8Array[] = [];
  let offset = 0;
  for (const tensor of initializer) {
    const raw = tensor.rawData as Uint8Array | undefined;
    if (!raw || raw.length < least) continue;
    pieces.push(raw);
    if (dims) tensor.dims = [...dims];
    const length = dims ? 4 * sizeOf(dims) : raw.length;
    const entries = { location, offset: String(offset), length: String(length) };
    delete tensor.rawData;
    tensor.externalData = Object.entries(entries).map(([key, value]) => ({ key, value }));
    tensor.dataLocation = 1;
    offset += length;
  }
  writeFileSync(path, encode(message, modelProto));
  writeFileSync(join(dirname(path), location), Buffer.concat(pieces));
}
