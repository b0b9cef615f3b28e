import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository, tempFolder } from '../support/temp-workspace.ts';

const compiles = process.platform === 'linux' && spawnSync('cc', ['--version']).status === 0;

/** A library that needs nothing, or `needs`. */
function library(folder: string, name: string, needs?: string): string {
  mkdirSync(folder, { recursive: true });
  const source = join(folder, `${name}.c`);
  const own = `is_${name.replaceAll(/\W/g, '_')}`;
  writeFileSync(source, `int ${own}(void) { return 12; }`);
  const file = join(folder, name);
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    `-Wl,-soname,${name}`,
    '-Wl,--no-as-needed',
    '-o',
    file,
    source,
    ...(needs ? [needs] : []),
  ]);
  return file;
}

describe.runIf(compiles)('NVIDIA’s libraries', () => {
  it('are found where their installer puts them, though the system’s loader does not look there', () => {
    const root = tempFolder();
    const folder = join(root, 'usr/local/cuda-12.9/lib64');
    const cudart = library(folder, 'libcudart.so.12');
    const provider = library(join(root, 'provider'), 'libprovider.so', cudart);
    const module = (name: string): string => JSON.stringify(join(repository, 'src-main/runtime', name));
    const said = (prepare: string): string => {
      const script = `
        const { cudaFolders } = await import(${module('adapters/linux.ts')});
        const { loadCudaLibraries } = await import(${module('cuda-libraries.ts')});
        const { loadLibrary } = await import(${module('library.ts')});
        ${prepare}
        process.stdout.write(loadLibrary(${JSON.stringify(provider)}) ?? 'loaded');`;
      const flags = ['--experimental-strip-types', '--no-warnings', '--input-type=module', '-e', script];
      return execFileSync(process.execPath, flags, { encoding: 'utf8' });
    };
    expect(said('')).toMatch(/libcudart[.]so[.]12: cannot open shared object file/);
    expect(said(`loadCudaLibraries(cudaFolders({ root: ${JSON.stringify(root)} }));`)).toBe('loaded');
  });
});
