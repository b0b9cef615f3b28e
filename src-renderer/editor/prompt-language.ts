import { constructsOf } from '../../src-main/shared/prompt/constructs.ts';
import { heading, roles } from '../../src-main/shared/prompt/turns.ts';
import { m } from '../words/messages.ts';
import { promptProblemText } from '../words/prompt-problems.ts';
import type { monaco as Monaco } from './monaco.ts';
import { registerExamples } from './prompt-examples.ts';
import { registerIncludes } from './prompt-includes.ts';
import { aroundCaret, fenced, foundAt, worldOf, type PromptWorld } from './prompt-world.ts';

export const languageId = 'atelier-prompt';

/** As shared/prompt/fill.ts finds them. */
const place = /(\\?)\{\{\s*([\p{L}_][\p{L}\p{N}_.-]*)\s*\}\}/gu;

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
        [
          /(\{\{>)([^{}@]*)((?:@\d*)?)([^{}]*\}\})/,
          ['variable.bracket', 'include', 'include.version', 'variable.bracket'],
        ],
        [
          /(\{\{#)(examples)(?=[\s}])([^{}]*)(\}\})/,
          ['variable.bracket', 'keyword', 'include.version', 'variable.bracket'],
        ],
        [/(\{\{\/)(examples)(\s*\}\})/, ['variable.bracket', 'keyword', 'variable.bracket']],
        [/(\{\{\s*)([\p{L}_][\p{L}\p{N}_.-]*)(\s*\}\})/u, ['variable.bracket', 'variable', 'variable.bracket']],
        [/[^\\{su a]+|./, ''],
      ],
    },
  });
  languages.registerCompletionItemProvider(languageId, {
    triggerCharacters: ['{'],
    provideCompletionItems(model, position) {
      const { before, after, range } = aroundCaret(model, position);
      const open = /\{\{\s*([\p{L}\p{N}_.-]*)$/u.exec(before);
      if (open) {
        const close = /^\s*\}\}/.test(after) ? '' : '}}';
        const names = Object.entries(worldOf(model)?.values ?? {});
        return {
          suggestions: names.map(([name, value]) => ({
            label: name,
            kind: languages.CompletionItemKind.Variable,
            detail: value.slice(0, 60),
            insertText: name + close,
            range: range(open[1].length),
          })),
        };
      }
      if (!/^[a-z]*$/.test(before)) return { suggestions: [] };
      return {
        suggestions: roles.map((role) => ({
          label: `${role}:`,
          kind: languages.CompletionItemKind.Keyword,
          insertText: `${role}:\n`,
          range: range(before.length),
        })),
      };
    },
  });
  languages.registerHoverProvider(languageId, {
    provideHover(model, position) {
      const here = foundAt(place, model, position);
      const values = worldOf(model)?.values;
      // A column of examples is no variable.
      if (!here || !values || !Object.hasOwn(values, here.found[2])) return null;
      const value = values[here.found[2]];
      return { range: here.range, contents: [{ value: value ? fenced(value) : m.variable_without_value() }] };
    },
  });
  registerIncludes(monaco, languageId);
  registerExamples(monaco, languageId);
}

/** Marks variables without a value, text that stands before the first turn, and what is wrong with what is included and drawn. */
export function markProblems(
  monaco: typeof Monaco,
  model: Monaco.editor.ITextModel,
  { values, checked }: PromptWorld,
): void {
  const markers: Monaco.editor.IMarkerData[] = [];
  const lines = model.getLinesContent();
  // What is included, or repeated, may begin a turn itself.
  const mayBegin = /^\s*\{\{(?:>|#examples\b)/;
  const first = lines.some((line) => heading.test(line))
    ? lines.findIndex((line) => heading.test(line) || mayBegin.test(line))
    : -1;
  const mark = (line: number, from: number, to: number, message: string, severity: Monaco.MarkerSeverity) =>
    markers.push({ startLineNumber: line, endLineNumber: line, startColumn: from, endColumn: to, message, severity });
  const inBlock = columnLines(model);
  lines.forEach((line, i) => {
    if (i < first && line.trim() !== '') {
      mark(i + 1, 1, line.length + 1, m.text_before_turns(), monaco.MarkerSeverity.Error);
    }
    if (!line.includes('{{')) return;
    for (const found of line.matchAll(place)) {
      const [whole, escaped, name] = found;
      if (escaped !== '' || (Object.hasOwn(values, name) && values[name] !== '') || inBlock(i + 1, found.index + 1))
        continue;
      const message = m.variable_unset({ name });
      mark(i + 1, found.index + 1, found.index + 1 + whole.length, message, monaco.MarkerSeverity.Warning);
    }
  });
  for (const { severity, from, to, ...problem } of checked?.problems ?? []) {
    const [begin, end] = [model.getPositionAt(from), model.getPositionAt(to)];
    markers.push({
      ...{ startLineNumber: begin.lineNumber, startColumn: begin.column },
      ...{ endLineNumber: end.lineNumber, endColumn: end.column },
      message: promptProblemText(problem),
      severity: severity === 'error' ? monaco.MarkerSeverity.Error : monaco.MarkerSeverity.Warning,
    });
  }
  monaco.editor.setModelMarkers(model, languageId, markers.slice(0, 200));
}

/** Whether a place is one of columns, between the tags of examples. */
function columnLines(model: Monaco.editor.ITextModel): (line: number, column: number) => boolean {
  const text = model.getValue();
  const blocks = text.includes('{{#examples') ? constructsOf(text).filter((one) => one.kind === 'examples') : [];
  if (blocks.length === 0) return () => false;
  return (lineNumber, column) => {
    const at = model.getOffsetAt({ lineNumber, column });
    return blocks.some(({ from, to }) => at >= from && at < to);
  };
}
