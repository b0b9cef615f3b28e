// Opens a workspace for writing, puts a dataset in it, says so, and holds on until it is killed.
import { insertDataset, insertVersion } from '../../src-main/db/datasets.ts';
import { openStore } from '../../src-main/db/open.ts';
import { newId } from '../../src-main/shared/ids.ts';

const [folder, migrations] = process.argv.slice(2);
const store = openStore(folder, { mode: 'write', owner: 'the holder', migrations, appVersion: '0.0.0-test' });
const dataset = newId('dataset');
store.transaction(() => {
  insertDataset(store, { id: dataset, name: 'held', createdAt: 1 });
  const manifest = { kind: 'table', samples: 0, classes: [], target: null };
  insertVersion(store, { id: newId('version'), dataset, number: 1, createdAt: 1, change: 'test', manifest });
});
console.log('held');
setInterval(() => {}, 1000);
