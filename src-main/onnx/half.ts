// Numbers of 16 bits as JavaScript's: it has no array for them everywhere that Atelier runs.

const view = new DataView(new ArrayBuffer(4));

/** IEEE 754 binary16 → number: sign, 5 exponent bits, 10 of the fraction. */
export function fromFloat16(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Number → IEEE 754 binary16, to the nearest, ties to the even one; what is larger than 65,519 becomes infinite. */
export function toFloat16(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // Below 2⁻¹⁴ the steps are all alike, above there are 1024 to each power of two; a carry into the exponent is right as it is.
  const exponent = Math.max(-14, Math.floor(Math.log2(size)));
  const steps = roundToEven(size / 2 ** (exponent - 10));
  return sign | (steps + (exponent + 14) * 1024);
}

function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return below + (rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? 1 : 0);
}

/** bfloat16 is the upper half of a float. */
export function fromBfloat16(bits: number): number {
  view.setUint32(0, bits * 65536);
  return view.getFloat32(0);
}
