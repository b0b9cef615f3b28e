import type { ModelProgram } from '../../shared/model-use.ts';
import { csharpProgram } from './csharp.ts';
import type { ProgramFacts } from './facts.ts';
import { javascriptProgram } from './javascript.ts';
import { pythonProgram } from './python.ts';
import { shellCommand } from './shell.ts';

/** Programs that run an exported file on one sample: what people elsewhere begin from. */
export function programs(facts: ProgramFacts): ModelProgram[] {
  const all = [
    { language: 'python', text: pythonProgram(facts) },
    { language: 'javascript', text: javascriptProgram(facts) },
    { language: 'csharp', text: csharpProgram(facts) },
    { language: 'shell', text: shellCommand(facts) },
  ] as const;
  return all.flatMap(({ language, text }) => (text === null ? [] : [{ language, text }]));
}
