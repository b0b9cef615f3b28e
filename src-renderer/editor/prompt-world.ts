import type { CheckedPrompt } from '../../src-main/shared/prompt/checked.ts';
import type { monaco as Monaco } from './monaco.ts';

/** What an editor knows besides its text. */
export interface PromptWorld {
  /** Of the variables that stand in the prompt. */
  values: Readonly<Record<string, string>>;
  /** What it includes and draws, as it was when the keys rested last. */
  checked: CheckedPrompt | null;
  /** What can be included. `include`: how it is written. */
  prompts: readonly { name: string; include: string; versions: number }[];
  tables: readonly { name: string; versions: number; samples: number }[];
}

/** By the address of an editor's model. */
const worlds = new Map<string, () => PromptWorld>();

export function setWorld(model: Monaco.editor.ITextModel, world: () => PromptWorld): void {
  worlds.set(model.uri.toString(), world);
}
export const forgetWorld = (model: Monaco.editor.ITextModel): boolean => worlds.delete(model.uri.toString());
export const worldOf = (model: Monaco.editor.ITextModel): PromptWorld | undefined =>
  worlds.get(model.uri.toString())?.();

const longestShown = 2000;

/** As code: a text is no Markdown, and holds no more ticks in a row than its fence. */
export function fenced(text: string): string {
  const shown = text.slice(0, longestShown);
  const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return `${fence}\n${shown}\n${fence}`;
}

/** The line up to the caret, and what follows it there. */
export function aroundCaret(model: Monaco.editor.ITextModel, { lineNumber, column }: Monaco.Position) {
  const line = model.getLineContent(lineNumber);
  const range = (length: number) => ({
    startLineNumber: lineNumber,
    endLineNumber: lineNumber,
    startColumn: column - length,
    endColumn: column,
  });
  return { before: line.slice(0, column - 1), after: line.slice(column - 1), range };
}

/** The first place of this kind in the caret's line that the caret is in. */
export function foundAt(
  pattern: RegExp,
  model: Monaco.editor.ITextModel,
  { lineNumber, column }: Monaco.Position,
): { found: RegExpExecArray; range: Monaco.IRange } | null {
  for (const found of model.getLineContent(lineNumber).matchAll(pattern)) {
    const [startColumn, endColumn] = [found.index + 1, found.index + found[0].length + 1];
    if (found[1] !== '' || column < startColumn || column > endColumn) continue;
    return { found, range: { startLineNumber: lineNumber, endLineNumber: lineNumber, startColumn, endColumn } };
  }
  return null;
}
