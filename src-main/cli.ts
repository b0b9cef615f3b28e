import { nodeHost } from './cli/host.ts';
import { runCli } from './cli/run.ts';

// The command line under plain Node: `npx atelier` in a checkout. In the package, main.ts calls runCli with a host of its own.
void runCli(process.argv.slice(2), nodeHost()).then((code) => (process.exitCode = code));
