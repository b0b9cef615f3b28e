/** The loss among a split's metrics, where it is known. */
export const lossAt = (split: string, loss: number | undefined): Record<string, number> =>
  loss === undefined ? {} : { [`${split}/loss`]: loss };
