const bytes = new TextEncoder();
const rotated = (value: number, by: number): number => (value << by) | (value >>> (32 - by));

/** MurmurHash3_x86_32 of a text's UTF-8 (Appleby, 2011), seed 0, as a signed 32-bit number: ONNX Runtime's and scikit-learn's. */
export function murmur3(text: string): number {
  const data = bytes.encode(text);
  const mixed = (block: number): number => Math.imul(rotated(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
  let hash = 0;
  const whole = data.length & ~3;
  for (let i = 0; i < whole; i += 4) {
    hash ^= mixed(data[i] | (data[i + 1] << 8) | (data[i + 2] << 16) | (data[i + 3] << 24));
    hash = (Math.imul(rotated(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let i = data.length - 1; i >= whole; i--) tail = (tail << 8) | data[i];
  if (data.length > whole) hash ^= mixed(tail);
  hash ^= data.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
