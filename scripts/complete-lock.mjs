// node scripts/complete-lock.mjs: after an `npm install` against a registry that does not carry every platform's binaries.
// npm leaves an optional package that it cannot find out of package-lock.json, and `npm ci` then refuses the file, on every
// machine. Their versions are known (their parent names them exactly), so this writes them in, without an integrity hash, which
// only the registry could tell. On a machine of that platform npm then installs them as usual.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from './setup/files.mjs';
import { missingOptional } from './setup/lock-file.mjs';
import { root } from './setup/paths.mjs';

const file = path.join(root, 'package-lock.json');
const lock = JSON.parse(readFileSync(file, 'utf8'));
const missing = missingOptional(lock.packages);
const names = Object.keys(missing);
if (names.length > 0) {
  const all = { ...lock.packages, ...missing };
  lock.packages = Object.fromEntries(
    Object.keys(all)
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => [name, all[name]]),
  );
  writeWhole(file, `${JSON.stringify(lock, null, 2)}\n`);
}
console.log(
  names.length > 0 ? `Added to package-lock.json:\n  ${names.join('\n  ')}` : 'package-lock.json is complete.',
);
