import { InvalidArgumentError, Option, type Command } from 'commander';
import { AtelierError } from '../shared/errors.ts';
import { foldRange, splitWays, type SplitWay, type SplitWish } from '../shared/split.ts';
import { integer } from './options.ts';

/** The options that say how samples are divided: of `import` and of `data split`. */
export interface SplitOptions {
  split?: SplitWay;
  group?: string;
  time?: string;
  key?: string;
  pattern?: string;
  dates?: 'day-first' | 'month-first';
  fractions?: Fractions;
  folds?: number;
  fold?: number;
}

interface Fractions {
  train: number;
  validation: number;
  test: number;
}

export function withSplit(command: Command): Command {
  return command
    .addOption(new Option('--split <way>', 'how to divide the samples (see below)').choices(splitWays))
    .option('--fractions <t,v,t>', 'shares of train, validation and test (default: 0.7,0.15,0.15)', fractions)
    .option('--group <column>', 'of grouped and folds: samples with the same value stay together')
    .option('--time <column>', 'of time: the column of dates or numbers')
    .option('--key <column>', 'of hash: the column that tells samples apart')
    .option('--pattern <regex>', "what of the group's or key's cell, or of an image's path, counts")
    .addOption(new Option('--dates <order>', 'of dates like 03/04/2024').choices(['day-first', 'month-first']))
    .option('--folds <n>', `of folds: how many (default: ${foldRange.usual})`, integer(foldRange.min, foldRange.max))
    .option('--fold <n>', 'of folds: the one for testing, from 1 (default: 1)', integer(1, foldRange.max));
}

export const splitHelp = `
Ways to divide:
  stratified  by lot, every class with its share
  random      by lot
  grouped     what has the same --group stays together (a patient's pictures, a user's clicks), otherwise as stratified as that allows;
              images by their folder, or by --pattern: ^([^_]+)_ is what stands before the first underscore of the path
  time        the oldest by --time for training, the newest for testing; samples of one time stay together
  hash        by MD5 of "<seed>:<key>" alone: a sample keeps its split when others are added; images by their path
  folds       --folds parts, one (--fold) for testing, the next for validation; "atelier train --fold N" trains on each`;

function fractions(text: string): Fractions {
  const shares = text.split(',').map(Number);
  const [train, validation, test] = shares;
  const fit = shares.length === 3 && shares.every((share) => share >= 0) && train > 0;
  if (text.trim() !== '' && fit && Math.abs(train + validation + test - 1) < 1e-6) return { train, validation, test };
  throw new InvalidArgumentError('It is three shares of train, validation and test that sum to 1, like 0.8,0.1,0.1.');
}

/** What the options ask for; null where they ask for nothing. Throws `bad_arguments` where they do not go together. */
export function splitWish(options: SplitOptions, seed: number): (SplitWish & { how: SplitWay }) | null {
  const how = wayOf(options);
  if (!how) return null;
  const needs: Partial<Record<SplitWay, [keyof SplitOptions, string]>> = { time: ['time', '--time COLUMN'] };
  const need = needs[how];
  if (need && options[need[0]] === undefined) throw bad(`--split ${how} needs ${need[1]}.`);
  for (const [option, ways] of Object.entries(optionWays) as [keyof SplitOptions, readonly SplitWay[]][]) {
    if (options[option] !== undefined && !ways.includes(how)) {
      throw bad(`--${option} goes with --split ${ways.join(' or ')}, not with ${how}.`);
    }
  }
  const { group, time, key, pattern, dates, folds, fold } = options;
  const { validation, test } = options.fractions ?? { validation: 0.15, test: 0.15 };
  return {
    how,
    seed,
    validation,
    test,
    column: group ?? time ?? key,
    pattern,
    dates,
    folds,
    fold: fold === undefined ? undefined : fold - 1,
  };
}

const optionWays: Partial<Record<keyof SplitOptions, readonly SplitWay[]>> = {
  group: ['grouped', 'folds'],
  time: ['time'],
  key: ['hash'],
  pattern: ['grouped', 'hash', 'folds'],
  dates: ['time'],
  folds: ['folds'],
  fold: ['folds'],
  fractions: ['stratified', 'random', 'grouped', 'time', 'hash'],
};

/** A column named alone says which way is meant. */
function wayOf({
  split,
  group,
  time,
  key,
  pattern,
  folds,
  fold,
  fractions: shares,
  dates,
}: SplitOptions): SplitWay | undefined {
  if (split) return split;
  if (folds !== undefined || fold !== undefined) return 'folds';
  if (group !== undefined) return 'grouped';
  if (time !== undefined || dates !== undefined) return 'time';
  if (key !== undefined) return 'hash';
  if (pattern !== undefined) return 'grouped';
  return shares ? 'stratified' : undefined;
}

const bad = (message: string): AtelierError => new AtelierError('bad_arguments', message);
