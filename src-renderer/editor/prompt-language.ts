import { heading, roles } from '../../src-main/shared/prompt/turns.ts';
import { m } from '../words/messages.ts';
import type { monaco as Monaco } from './monaco.ts';

export const languageId = 'atelier-prompt';

/** What is known of the variables of the prompt in an editor, by its model's address. */
const valuesOf = new Map<string, () => Readonly<Record<string, string>>>();

export function setValues(model: Monaco.editor.ITextModel, values: () => Readonly<Record<string, string>>): void {
  valuesOf.set(model.uri.toString(), values);
}
export const forgetValues = (model: Monaco.editor.ITextModel): boolean => valuesOf.delete(model.uri.toString());

/** As shared/prompt/fill.ts finds them. */
const place = /(\\?)\{\{\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*\}\}/gu;
const longestShown = 2000;

let registered = false;

/** Role headings, variables with their values; once for all editors. */
export function registerPromptLanguage(monaco: typeof Monaco): void {
  if (registered) return;
  registered = true;
  const { languages } = monaco;
  languages.register({ id: languageId });
  languages.setLanguageConfiguration(languageId, {
    brackets: [['{{', '}}']],
    // Left out they are the brackets; and the closing one, of two letters, would not be typed over.
    autoClosingPairs: [],
    wordPattern: /[\p{L}_][\p{L}\p{N}_.-]*/u,
  });
  languages.setMonarchTokensProvider(languageId, {
    unicode: true,
    tokenizer: {
      root: [
        [new RegExp(heading.source), 'role'],
        [/\\(?:\{\{|(?:system|user|assistant):)/, 'escape'],
        [/(\{\{\s*)([\p{L}_][\p{L}\p{N}_.-]*)(\s*\}\})/u, ['variable.bracket', 'variable', 'variable.bracket']],
        [/[^\\{su a]+|./, ''],
      ],
    },
  });
  languages.registerCompletionItemProvider(languageId, {
    triggerCharacters: ['{'],
    provideCompletionItems(model, position) {
      const before = model.getValueInRange({
        startLineNumber: position.lineNumber,
        startColumn: 1,
        endLineNumber: position.lineNumber,
        endColumn: position.column,
      });
      const range = (from: number) => ({
        startLineNumber: position.lineNumber,
        endLineNumber: position.lineNumber,
        startColumn: from,
        endColumn: position.column,
      });
      const open = /\{\{\s*([\p{L}\p{N}_.-]*)$/u.exec(before);
      if (open) {
        const after = model.getLineContent(position.lineNumber).slice(position.column - 1);
        const close = /^\s*\}\}/.test(after) ? '' : '}}';
        const names = Object.entries(valuesOf.get(model.uri.toString())?.() ?? {});
        return {
          suggestions: names.map(([name, value]) => ({
            label: name,
            kind: languages.CompletionItemKind.Variable,
            detail: value.slice(0, 60),
            insertText: name + close,
            range: range(position.column - open[1].length),
          })),
        };
      }
      if (!/^[a-z]*$/.test(before)) return { suggestions: [] };
      return {
        suggestions: roles.map((role) => ({
          label: `${role}:`,
          kind: languages.CompletionItemKind.Keyword,
          insertText: `${role}:\n`,
          range: range(1),
        })),
      };
    },
  });
  languages.registerHoverProvider(languageId, {
    provideHover(model, position) {
      for (const found of model.getLineContent(position.lineNumber).matchAll(place)) {
        const [startColumn, endColumn] = [found.index + 1, found.index + found[0].length + 1];
        if (found[1] !== '' || position.column < startColumn || position.column > endColumn) continue;
        const value = valuesOf.get(model.uri.toString())?.()[found[2]];
        const range = {
          startLineNumber: position.lineNumber,
          endLineNumber: position.lineNumber,
          startColumn,
          endColumn,
        };
        if (!value) return { range, contents: [{ value: m.variable_without_value() }] };
        // As code: a value is no Markdown, and holds no more ticks in a row than its fence.
        const shown = value.slice(0, longestShown);
        const fence = '`'.repeat(Math.max(3, ...[...shown.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
        return { range, contents: [{ value: `${fence}\n${shown}\n${fence}` }] };
      }
      return null;
    },
  });
}

/** Marks variables without a value, and text that stands before the first turn. */
export function markProblems(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  values: Readonly<Record<string, string>>,
): void {
  const markers: Monaco.editor.IMarkerData[] = [];
  const lines = model.getLinesContent();
  const first = lines.findIndex((line) => heading.test(line));
  const mark = (line: number, from: number, to: number, message: string, severity: Monaco.MarkerSeverity) =>
    markers.push({ startLineNumber: line, endLineNumber: line, startColumn: from, endColumn: to, message, severity });
  lines.forEach((line, i) => {
    if (i < first && line.trim() !== '') {
      mark(i + 1, 1, line.length + 1, m.text_before_turns(), monaco.MarkerSeverity.Error);
    }
    if (!line.includes('{{')) return;
    for (const found of line.matchAll(place)) {
      const [whole, escaped, name] = found;
      if (escaped !== '' || (Object.hasOwn(values, name) && values[name] !== '')) continue;
      const message = m.variable_unset({ name });
      mark(i + 1, found.index + 1, found.index + 1 + whole.length, message, monaco.MarkerSeverity.Warning);
    }
  });
  monaco.editor.setModelMarkers(model, languageId, markers.slice(0, 200));
}
