/** Learning rate by step, counted from 0. The graph takes the rate as an input, so a schedule is plain arithmetic outside it. */
export type Schedule = (step: number) => number;
