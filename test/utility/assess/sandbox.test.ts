import { describe, expect, it } from 'vitest';
import { runScript, type ScriptCase } from '../../../src-main/utility/work/assess/sandbox.ts';

const one = (output = 'abc'): ScriptCase => ({ output, vars: { who: 'Ann' }, expected: 'abc' });
const told = async (script: string, cases = [one()]) => runScript(script, cases);
const scored = async (script: string) => (await told(script))[0];

describe('an assertion in JavaScript', () => {
  it('is an expression or the body of a function, of output, vars and expected', async () => {
    expect(await told('output === expected && vars.who === "Ann"')).toEqual([{ score: 1 }]);
    expect(await told('const half = output.length / 6;\nreturn half;')).toEqual([{ score: 0.5 }]);
    expect(await told('({ pass: false })', [one(), one()])).toEqual([{ score: 0 }, { score: 0 }]);
    expect(await told('output.length > 3', [one('abcd'), one('ab')])).toEqual([{ score: 1 }, { score: 0 }]);
  });

  it('says what is wrong with it, and which answer it could not look at', async () => {
    await expect(told('output ===')).rejects.toMatchObject({ code: 'bad_script' });
    await expect(runScript('return {', [])).rejects.toMatchObject({ code: 'bad_script' });
    expect(await runScript('true', [])).toEqual([]);
    expect(await told('JSON.parse(output).a === 1', [one('{"a":1}'), one('no')])).toEqual([
      { score: 1 },
      { error: expect.stringContaining('JSON') },
    ]);
    expect(await scored('"yes"')).toEqual({ error: expect.stringContaining('neither true or false') });
    expect(await scored('7')).toEqual({ error: expect.stringContaining('neither') });
  });

  it('has the language and nothing else', async () => {
    const names = [
      'process',
      'require',
      'module',
      'fetch',
      'console',
      'setTimeout',
      'Buffer',
      'WebAssembly',
      'SharedArrayBuffer',
      'ArrayBuffer',
      'Atomics',
      'XMLHttpRequest',
    ];
    expect(await told(`[${names.map((name) => `typeof ${name}`)}].every((type) => type === 'undefined')`)).toEqual([
      { score: 1 },
    ]);
    // As written, no code comes of texts and nothing is loaded.
    for (const script of [
      'eval("1") === 1',
      'new Function("return process")()',
      '(() => {}).constructor("return process")()',
    ]) {
      expect(await scored(script), script).toHaveProperty('error');
    }
    for (const script of ['import("node:fs").then(() => true)', 'im\\u0070ort("node:fs")']) {
      await expect(told(script), script).rejects.toMatchObject({ code: 'bad_script' });
    }
  });

  it('gets at nothing of the thread it runs in', async () => {
    const reach = (from: string) => `
      const seen = [];
      const look = (value) => {
        for (let at = value, n = 0; at && n < 6; n++, at = at.constructor) seen.push(at);
        for (const code of ['return process', 'return this.process']) {
          for (const maker of [...seen]) { if (maker === look) continue; try { const got = maker(code)(); if (got && got.version) return true; } catch {} }
        }
        return false;
      };
      ${from}`;
    expect(await scored(reach('return look(this) || look(globalThis) || look(vars) || look(look)'))).toEqual({
      score: 0,
    });
    // Errors of a full stack may be made by the thread itself.
    const deep = `const errors = []; const fall = () => { try { fall(); } catch (error) { errors.push(error); fall.last = error; throw error; } };
      try { fall(); } catch {} return errors.slice(0, 50).some(look);`;
    expect(await scored(reach(deep))).toEqual({ score: 0 });
    const frames = `Error.prepareStackTrace = (error, sites) => sites; const sites = new Error('x').stack;
      return Array.isArray(sites) && sites.some((site) => look(site.getThis?.()) || look(site.getFunction?.()));`;
    expect(await scored(reach(frames))).toEqual({ score: 0 });
    expect(await scored('throw new Proxy({}, { get() { throw 1; } })')).toEqual({ error: expect.any(String) });
    // What it spoils is its own.
    const spoil = 'Object.prototype.score = 1; Array.prototype.push = null; JSON.parse = () => ({}); return true;';
    expect((await told(spoil, [one()]))[0]).toEqual({ score: 1 });
    expect(({} as Record<string, unknown>).score).toBeUndefined();
  });

  it('that hangs is ended, and costs its own answer alone', async () => {
    const script = 'if (output === "hang") for (;;); return true;';
    expect(await told(script, [one(), one('hang'), one()])).toEqual([
      { score: 1 },
      { error: expect.stringContaining('longer than') },
      { score: 1 },
    ]);
    const promises = 'if (output === "hang") { const go = () => void Promise.resolve().then(go); go(); } return true;';
    expect(await told(promises, [one('hang'), one()])).toEqual([
      { error: expect.stringContaining('longer than') },
      { score: 1 },
    ]);
  });

  it('that takes all memory is ended, and costs its own answer alone', async () => {
    const script = 'if (output === "hog") { const all = []; for (;;) all.push({ n: [all.length] }); } return true;';
    expect(await told(script, [one('hog'), one()])).toEqual([
      { error: expect.stringMatching(/memory|longer/) },
      { score: 1 },
    ]);
  });
});
