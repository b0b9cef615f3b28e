/** So many are found in one walk past all of them. */
const few = 256;

/** Places of the `count` largest numbers, largest first; of equal ones the earlier. NaN is least. */
export function largest(numbers: Float64Array, count: number): Int32Array {
  return (count <= few && count < numbers.length ? fewLargest(numbers, count) : null) ?? selected(numbers, count);
}

/** Null where one is no number. */
function fewLargest(numbers: Float64Array, count: number): Int32Array | null {
  const places = new Int32Array(count);
  let size = 0;
  let least = -Infinity;
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i];
    if (number !== number) return null;
    if (size === count && number <= least) continue;
    let at = size < count ? size++ : count - 1;
    for (; at > 0 && number > numbers[places[at - 1]]; at--) places[at] = places[at - 1];
    if (at < count) places[at] = i;
    least = numbers[places[size - 1]];
  }
  return places;
}

function selected(numbers: Float64Array, count: number): Int32Array {
  const places = new Int32Array(numbers.length);
  for (let i = 0; i < places.length; i++) places[i] = i;
  const before = (a: number, b: number): boolean =>
    numbers[a] > numbers[b] ||
    (numbers[a] === numbers[b] && a < b) ||
    (Number.isNaN(numbers[b]) && !Number.isNaN(numbers[a]));
  const end = Math.min(count, places.length);
  if (end < places.length) select(places, end, before);
  return places.subarray(0, end).sort((a, b) => (before(a, b) ? -1 : 1));
}

/** Hoare's quickselect: afterwards the first `count` come before all others. */
function select(places: Int32Array, count: number, before: (a: number, b: number) => boolean): void {
  let low = 0;
  let high = places.length - 1;
  while (low < high) {
    const pivot = places[(low + high) >> 1];
    let i = low;
    let j = high;
    while (i <= j) {
      while (before(places[i], pivot)) i++;
      while (before(pivot, places[j])) j--;
      if (i <= j) {
        const swap = places[i];
        places[i++] = places[j];
        places[j--] = swap;
      }
    }
    if (count <= j) high = j;
    else if (count >= i) low = i;
    else return;
  }
}
