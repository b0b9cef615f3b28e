import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readStudy, type TuneOptions } from '../../src-main/cli/tune-options.ts';
import type { Session } from '../../src-main/cli/context.ts';
import { tempFolder } from '../support/temp-workspace.ts';

function read(name: string, text: string, options: TuneOptions = {}) {
  const folder = tempFolder();
  writeFileSync(join(folder, name), text);
  return readStudy({ path: (path: string) => join(folder, path) } as Session, name, options);
}

describe('a study file', () => {
  it.each([
    ['study.yaml', 'space:\n  x: {type: boolean}\n  x: {type: float, low: 0, high: 1}\n', /line 3/],
    ['study.json', '{"space": {\n"x": {"type": "boolean"},\n"x": {"type": "float"}}}', /line 3/],
    ['study.yaml', 'space:\n  x: {type: float\n  y: 3\n', /line 3/],
    ['study.json', '{"space": {"x": {"type": "float",}}}', /line 1/],
  ])('%s that is broken, or says a name twice, says in which line', (name, text, where) => {
    expect(() => read(name, text)).toThrow(expect.objectContaining({ code: 'invalid_study' }));
    expect(() => read(name, text)).toThrow(where);
  });

  it('is read the same as JSON and as YAML, with a byte order mark or without', () => {
    const study = { space: { x: { type: 'float', low: 1e-5, high: 1, log: true } }, seed: 3 };
    expect(read('study.json', `\uFEFF${JSON.stringify(study)}`)).toEqual(study);
    expect(read('study.yaml', 'space:\n  x: {type: float, low: 1e-5, high: 1, log: true}\nseed: 3\n')).toEqual(study);
  });

  it("may be a sweep's; of a function its metric goes without a name", () => {
    const sweep = 'method: random\nmetric: {name: loss, goal: minimize}\nparameters:\n  x: {min: 0.0, max: 0.5}\n';
    const space = { x: { type: 'float', low: 0, high: 0.5 } };
    expect(read('sweep.yaml', sweep)).toEqual({ metric: 'loss', direction: 'minimize', sampler: 'random', space });
    const searched = { direction: 'minimize', sampler: 'random', space };
    expect(read('sweep.yaml', sweep, { function: 'f.mjs' })).toEqual(searched);
  });
});
