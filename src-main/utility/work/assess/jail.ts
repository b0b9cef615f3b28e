/**
 * The thread that an assertion runs in, as CommonJS. First it takes from itself what would be of use to whoever got out: no function's
 * `constructor` makes code any more, and what all objects inherit cannot be changed. Then it makes a context without any object of its
 * own in it; only texts go in and come out. Texts never become code there (`codeGeneration`), what takes memory outside V8's heap or
 * stays behind is taken away, and promises are gone through within the time as well (`microtaskMode`).
 */
export const jailSource = String.raw`'use strict';
const vm = require('node:vm');
const { parentPort, workerData } = require('node:worker_threads');
const { script, cases, caseMs } = workerData;
const post = parentPort.postMessage.bind(parentPort);

for (const one of [function () {}, async function () {}, function* () {}, async function* () {}]) {
  const prototype = Object.getPrototypeOf(one);
  Object.defineProperty(prototype, 'constructor', { value: undefined, writable: false, configurable: false });
}
for (const one of [Object, Function, Array, Error, TypeError, RangeError, Promise, String, Number, Symbol]) {
  Object.freeze(one.prototype);
}

const context = vm.createContext(Object.create(null), {
  codeGeneration: { strings: false, wasm: false },
  microtaskMode: 'afterEvaluate',
});
const run = (code) => vm.runInContext(code, context, { timeout: caseMs, filename: 'assertion', displayErrors: false });

run([
  'for (const name of ["ArrayBuffer", "SharedArrayBuffer", "DataView", "Atomics", "WebAssembly", "FinalizationRegistry", "WeakRef",',
  '  "Int8Array", "Uint8Array", "Uint8ClampedArray", "Int16Array", "Uint16Array", "Float16Array", "Int32Array", "Uint32Array",',
  '  "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array", "console", "eval"]) delete globalThis[name];',
].join('\n'));

/** An error may be anything, and say anything. */
const words = (error) => {
  try {
    if (typeof error === 'object' && error !== null && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') {
      return 'It took longer than ' + caseMs / 1000 + ' s and was ended.';
    }
    const text = typeof error === 'object' && error !== null ? error.message : error;
    return typeof text === 'string' ? text.slice(0, 500) : 'It threw what has no words.';
  } catch {
    return 'It threw what has no words.';
  }
};

/** An expression, or the body of a function. */
const compiled = () => {
  const define = (body) => new vm.Script('globalThis.__assertion = (output, vars, expected) => {' + body + '\n}', { filename: 'assertion' });
  try {
    return define('"use strict"; return (' + script + '\n);');
  } catch {
    return define('"use strict";' + script);
  }
};

let ready = false;
try {
  compiled().runInContext(context, { timeout: caseMs });
  ready = true;
} catch (error) {
  post({ type: 'wrong', message: words(error) });
}
if (ready) {
  post({ type: 'ready' });
  cases.forEach((text, at) => {
    try {
      const answer = run(
        '(() => { const { output, vars, expected } = JSON.parse(' + JSON.stringify(text) + ');' +
        ' const told = __assertion(output, vars, expected);' +
        ' const score = typeof told === "boolean" ? Number(told) : typeof told === "object" && told !== null && !("then" in told) ? Number(told.score ?? told.pass) : typeof told === "number" ? told : NaN;' +
        ' return typeof score === "number" && score >= 0 && score <= 1 ? score : null; })()',
      );
      if (typeof answer === 'number') post({ type: 'told', at, score: answer });
      else post({ type: 'threw', at, message: 'It gave neither true or false nor a number from 0 to 1.' });
    } catch (error) {
      post({ type: 'threw', at, message: words(error) });
    }
  });
}
`;
