/** A count with its noun, in English, as the main process and the command line speak: "1 row has", "3 rows have". `told`: the count as it is to be written. */
export const plural = (count: number, one: string, many: string, told = String(count)): string =>
  `${told} ${count === 1 ? one : many}`;
