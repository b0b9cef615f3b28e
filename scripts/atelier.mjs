#!/usr/bin/env node
// The command line in a checkout: sets up what it needs (told on stderr, and only if there is something to do), then runs it.
import path from 'node:path';
import { enter } from './setup/index.mjs';
import { viteOut } from './setup/paths.mjs';
import { handOver } from './setup/run.mjs';

await enter(
  async ({ setUp }) => {
    await setUp({ electron: 'no' });
    return handOver(process.execPath, [path.join(viteOut, 'build/cli.cjs'), ...process.argv.slice(2)]);
  },
  { out: process.stderr },
);
