import type { EpochText } from '../../../src-main/shared/epoch-text.ts';
import type { RunSummary } from '../../../src-main/shared/run.ts';

export const textEpochs = ({ task, settings }: RunSummary): number[] =>
  task === 'language' ? Array.from({ length: settings.epochs }, (_, i) => i + 1) : [];

/** More of the text comes out right with every epoch. */
export const textOf = (epoch: number): EpochText => ({
  kind: 'continuation',
  prompt: 'Shall I compare',
  texts: [
    { temperature: 0, text: ` thee to ${'a '.repeat(Math.max(1, 6 - epoch))}day` },
    { temperature: 0.8, text: ' thee to a summer’s day?\nThou art more lovely' },
  ],
});
