/* eslint-disable @typescript-eslint/no-require-imports -- Electron loads a default app as CommonJS */
// What Electron's own default_app.asar does, as far as `electron <folder>` and Playwright need it: the fallback runtime carries none.
const { app } = require('electron');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { pathToFileURL } = require('node:url');

let folder = null;
const preloads = [];
for (let i = 1; i < process.argv.length; i++) {
  const argument = process.argv[i];
  if (argument === '-r' || argument === '--require') preloads.push(process.argv[++i]);
  else if (!argument.startsWith('-')) {
    folder = argument;
    break;
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

if (!folder) fail('No app folder was given.');
folder = path.resolve(folder);

const manifest = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'));
const name = manifest.productName || manifest.name;
if (name) app.setName(name);
if (manifest.version) app.setVersion(manifest.version);
if (process.platform === 'linux') app.setDesktopName(manifest.desktopName || `${manifest.name}.desktop`);
// The name above came too late for the default; a folder given on the command line (as by Playwright) stays.
if (!app.commandLine.hasSwitch('user-data-dir')) app.setPath('userData', path.join(app.getPath('appData'), app.name));
app.setAppPath(folder);

for (const preload of preloads) Module._load(preload, module, true);

const entry = path.resolve(folder, manifest.main || 'index.js');
const isModule = entry.endsWith('.mjs') || (manifest.type === 'module' && !entry.endsWith('.cjs'));
if (isModule) import(pathToFileURL(entry)).catch((error) => fail(error.stack));
else Module._load(entry, Module, true);
