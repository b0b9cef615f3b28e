import { Document } from 'yaml';
import type { PromptCheck, Wanted } from '../../shared/prompt/checks.ts';
import { plainText, turnsOf } from '../../shared/prompt/turns.ts';
import type { Assertion } from './assertions.ts';
import { note } from './assertions.ts';
import type { PromptSuite } from './suite.ts';

/**
 * Prompts, rows and checks as promptfooconfig.yaml. Conversations become the JSON that its providers take; who answers is promptfoo's own
 * "echo", to be replaced. What it has no word for is told in `left`.
 */
export function writePromptfoo({ prompts, checks, rows }: Omit<PromptSuite, 'left'>): { text: string; left: string[] } {
  const left: string[] = [];
  const assert = checks.flatMap((check) => assertionOf(check, left));
  const config = new Document({
    description: 'Exported from Atelier',
    prompts: prompts.map(({ name, text }) => ({ label: name, raw: rawText(text) })),
    providers: ['echo'],
    ...(assert.length > 0 && { defaultTest: { assert } }),
    tests: rows.map((vars) => ({ vars })),
  });
  config.commentBefore =
    ' yaml-language-server: $schema=https://promptfoo.dev/config-schema.json\n Replace "echo" under providers with the model to ask.';
  return { text: config.toString({ lineWidth: 0 }), left };
}

/** With what is escaped here as it is escaped there. */
function rawText(text: string): string {
  const turns = turnsOf(text);
  const raw = turns
    ? JSON.stringify(
        turns.map(({ role, text: content }) => ({ role, content })),
        null,
        2,
      )
    : plainText(text);
  return raw.replace(/\\{1,2}(\{\{\s*[\p{L}_][\p{L}\p{N}_.-]*\s*\}\})/gu, '{% raw %}$1{% endraw %}');
}

function assertionOf(check: PromptCheck, left: string[]): Assertion[] {
  switch (check.kind) {
    case 'exact':
      return [{ type: 'equals', value: valueOf(check.wanted) }];
    case 'contains':
    case 'regex':
    case 'bleu':
      return [{ type: check.kind, value: valueOf(check.wanted) }];
    case 'number': {
      const wanted =
        'column' in check.wanted
          ? `context.vars[${JSON.stringify(check.wanted.column)}]`
          : JSON.stringify(check.wanted.text);
      const first = 'Number((/[-+]?(?:\\d+[.]?\\d*|[.]\\d+)(?:[eE][-+]?\\d+)?/.exec(output) ?? [NaN])[0])';
      return [{ type: 'javascript', value: `Math.abs(${first} - Number(${wanted})) <= ${check.tolerance}` }];
    }
    case 'json':
      return [{ type: 'is-json' }];
    case 'schema':
      return [{ type: 'is-json', value: check.schema }];
    case 'javascript':
      return [{ type: 'javascript', value: theirScript(check.script, check.wanted) }];
    case 'judge':
      return [{ type: 'llm-rubric', value: check.rubric }];
    default:
      note(left, `The check "${check.kind}" was left out: promptfoo has none that measures the same.`);
      return [];
  }
}

const valueOf = (wanted: Wanted): string => ('column' in wanted ? `{{${wanted.column}}}` : wanted.text);

/** Ours sees `vars` and `expected`; an expression stays one. */
function theirScript(script: string, wanted: Wanted | undefined): string {
  const expected =
    wanted === undefined
      ? 'null'
      : 'column' in wanted
        ? `vars[${JSON.stringify(wanted.column)}]`
        : JSON.stringify(wanted.text);
  const head = `const { vars } = context;\nconst expected = ${expected};\n`;
  return /\breturn\b/.test(script) ? head + script : `${head}return (${script.trim().replace(/;$/, '')});`;
}
