import { InvalidArgumentError, type Command } from 'commander';

/** The options every command has, and readers for the values that others take. */

export function withCommon(command: Command): Command {
  return command
    .option('--workspace <dir>', "the workspace folder (default: the app's, or ATELIER_WORKSPACE)")
    .option('--json', 'write one JSON object per line to stdout, and nothing else there');
}

export function integer(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`);
  };
}

/** `min` itself is not allowed where `open`. */
export function number(min: number, max: number, open = false): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && (open ? value > min : value >= min) && value <= max) return value;
    throw new InvalidArgumentError(`It is a number ${open ? 'above' : 'from'} ${min} ${open ? 'up to' : 'to'} ${max}.`);
  };
}

/** `--set key=value`, as often as needed. */
export function setting(text: string, before: Record<string, string> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at <= 0) throw new InvalidArgumentError('It is written key=value, e.g. hidden=128.');
  return { ...before, [text.slice(0, at).trim()]: text.slice(at + 1).trim() };
}
