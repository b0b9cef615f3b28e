// node compile-messages.mjs PROJECT OUT: Paraglide in a process of its own, because it leaves timers behind that hold a process for 30 s.
import { compile } from '@inlang/paraglide-js';

const [project, outdir] = process.argv.slice(2);
await compile({
  project,
  outdir,
  // The language is a setting of the app, told to both processes at start: no cookie, no address, no storage.
  strategy: ['globalVariable', 'baseLocale'],
  emitTsDeclarations: true,
  emitReadme: false,
  emitGitIgnore: false,
  emitPrettierIgnore: false,
  disableAsyncLocalStorage: true,
});
process.exit(0);
