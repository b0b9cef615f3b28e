/**
 * The number of fewest decimal digits that is this one as a float32 (IEEE 754, binary32): 23.4, which as a double would be written
 * 23.399999618530273. Nine digits always tell a float32.
 */
export function shortestFloat32(value: number): number {
  const single = Math.fround(value);
  for (let digits = 1; digits < 9; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return Number(single.toPrecision(9));
}
