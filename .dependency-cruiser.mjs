// Who may import whom. The table is the architecture; test/architecture/layers.test.ts shows that each rule can fail.

/** Folders of src-main: the folders and packages each may import besides itself. `core`: Node's own modules. */
const FOLDERS = {
  shared: { packages: ['valibot'] },
  onnx: { folders: ['shared'] },
  autodiff: { folders: ['onnx', 'shared'] },
  architectures: { folders: ['onnx', 'shared'] },
  'linear-algebra': {},
  search: { folders: ['linear-algebra', 'shared'] },
  evaluation: { folders: ['linear-algebra', 'shared'] },
  'few-shot': { folders: ['linear-algebra', 'shared'] },
  detection: { folders: ['shared'] },
  tokenizers: { folders: ['shared'], packages: ['@huggingface/tokenizers'] },
  datasets: {
    folders: ['onnx', 'tokenizers', 'shared'],
    packages: [
      'sharp',
      '@duckdb/node-api',
      'yaml',
      'yauzl',
      'tar-stream',
      'sax',
      'mpg123-decoder',
      '@wasm-audio-decoders/flac',
      'compromise',
    ],
    core: true,
  },
  tracking: { folders: ['onnx', 'shared'], packages: ['yaml', 'better-sqlite3'], core: true },
  export: { folders: ['onnx', 'datasets', 'shared'], core: true },
  db: { folders: ['shared'], packages: ['better-sqlite3'], core: true },
  download: { folders: ['shared'], core: true },
  remote: { folders: ['shared'], core: true },
  hub: { folders: ['download', 'runtime', 'shared'], core: true },
  runtime: { folders: ['onnx', 'download', 'shared'], packages: ['onnxruntime-node'], core: true },
  generation: { folders: ['shared'], packages: ['@huggingface/jinja'] },
  documents: { folders: ['datasets', 'shared'], packages: ['unpdf'], core: true },
  prompts: { folders: ['shared'], packages: ['yaml', 'valibot'] },
  jobs: {
    folders: ['db', 'search', 'autodiff', 'architectures', 'datasets', 'documents', 'prompts', 'shared'],
    core: true,
  },
  ipc: { folders: ['jobs', 'db', 'shared'], packages: ['electron', 'valibot'], core: true },
};

const any = (names) => `(?:${names.map((name) => name.replaceAll('/', '[/]')).join('|')})`;
/** A package as the resolver shows it (a path in node_modules) or, where it is not installed, by its bare name. */
const packages = (names) => `(?:^|node_modules/)(?:@types/)?${any(names)}(?:/|$)`;
const OURS = '^src-(?:main|renderer)/';

function folderRules([name, { folders = [], packages: names = [], core = false }]) {
  const from = { path: `^src-main/${name}/` };
  const rules = [
    {
      name: `${name}-folders`,
      comment: `${name} may import ${folders.length > 0 ? folders.join(', ') : 'no other folder'}`,
      from,
      to: { path: OURS, pathNot: `^src-main/${any([name, ...folders])}/` },
    },
    {
      name: `${name}-packages`,
      comment: `${name} may import ${names.length > 0 ? names.join(', ') : 'no package'}`,
      from,
      to: { pathNot: [OURS, ...(names.length > 0 ? [packages(names)] : [])], dependencyTypesNot: ['core'] },
    },
  ];
  if (!core) {
    rules.push({
      name: `${name}-core`,
      comment: `${name} is pure: it runs in any process, the window's page too`,
      from,
      to: { dependencyTypes: ['core'] },
    });
  }
  return rules.map((rule) => ({ ...rule, severity: 'error' }));
}

const rule = (name, comment, from, to) => ({ name, comment, severity: 'error', from, to });
/** main.ts and cli.ts with the folders that hold their parts. */
const ROOTS = '^src-main/(?:main[.]ts|cli[.]ts|cli/|window/)';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...Object.entries(FOLDERS).flatMap(folderRules),
    rule(
      'utility-folders',
      'utilities compute; rows, jobs and windows are not theirs',
      { path: '^src-main/utility/', pathNot: '^src-main/utility/integrity[.]ts$' },
      {
        path: [`^src-main/${any(['db', 'jobs', 'ipc', 'window', 'cli'])}/`, '^src-main/[^/]+[.]ts$', '^src-renderer/'],
      },
    ),
    rule(
      'integrity-alone',
      'the one that looks through the database file knows how, and no row of it',
      { path: '^src-main/utility/integrity[.]ts$' },
      { path: OURS, pathNot: ['^src-main/utility/port/', '^src-main/db/quick-check[.]ts$'] },
    ),
    rule(
      'quick-check-alone',
      'what a utility may know of db knows nothing else of it',
      { path: '^src-main/db/quick-check[.]ts$' },
      { path: OURS },
    ),
    rule(
      'roots-folders',
      'the roots wire; they do no numerical work and spawn utilities by path',
      { path: ROOTS },
      {
        path: ['^src-main/(?:runtime|utility)/', '^src-renderer/'],
      },
    ),
    rule(
      'preload-folders',
      'the preload exposes the bridge and nothing else',
      { path: '^src-main/preload[.]ts$' },
      {
        path: OURS,
        pathNot: '^src-main/shared/',
      },
    ),
    rule(
      'preload-packages',
      'a sandboxed preload has electron and nothing else',
      { path: '^src-main/preload[.]ts$' },
      {
        pathNot: [OURS, packages(['electron'])],
      },
    ),
    rule(
      'roots-are-not-imported',
      'composition roots sit on top',
      { path: OURS },
      {
        path: '^src-main/(?:main|cli|preload)[.]ts$',
      },
    ),
    rule(
      'renderer-folders',
      'the page may import itself and shared',
      { path: '^src-renderer/' },
      {
        path: '^src-main/',
        pathNot: '^src-main/shared/',
      },
    ),
    rule('renderer-core', 'the page has no Node', { path: '^src-renderer/' }, { dependencyTypes: ['core'] }),
    rule(
      'renderer-packages',
      'the page has no Electron and no native code',
      { path: '^src-renderer/' },
      {
        path: packages(['electron', 'better-sqlite3', 'onnxruntime-node', 'sharp', '@duckdb']),
      },
    ),
    rule(
      'features-apart',
      'a feature never imports another one',
      { path: '^src-renderer/features/([^/]+)/' },
      {
        path: '^src-renderer/features/',
        pathNot: '^src-renderer/features/$1/',
      },
    ),
    rule(
      'base-components',
      'base components know no feature',
      { path: '^src-renderer/(?:ui|charts|editor)/' },
      {
        path: '^src-renderer/features/',
      },
    ),
    rule(
      'only-db-sqlite',
      "only db imports better-sqlite3, and what reads another program's database",
      { path: OURS, pathNot: ['^src-main/db/', '^src-main/tracking/mlflow/database[.]ts$'] },
      {
        path: packages(['better-sqlite3']),
      },
    ),
    rule(
      'only-runtime-onnxruntime',
      'only runtime imports onnxruntime',
      { path: OURS, pathNot: '^src-main/runtime/' },
      {
        path: '(?:^|node_modules/)onnxruntime-',
      },
    ),
    rule('no-cycles', 'no cycles', { path: OURS }, { circular: true }),
    rule(
      'resolves',
      'every import leads somewhere',
      { path: OURS },
      {
        couldNotResolve: true,
        // Generated before every check; absent in a tree where nothing was built yet.
        pathNot: ['^src-main/shared/messages/', '[.]/(?:[.][.]/)*src-main/shared/messages/', packages(['electron'])],
      },
    ),
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^src-main/shared/messages/'] },
    // Types are dependencies as well: a folder that knows another one's types knows that folder.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'node', 'default', 'types'],
    },
  },
};
