// Tries to open a workspace and prints the names of its datasets, or the error's code. With a fourth word, as that user id.
import Database from 'better-sqlite3';
import { listDatasets } from '../../src-main/db/datasets.ts';
import { openStore } from '../../src-main/db/open.ts';

const [folder, migrations, mode, user] = process.argv.slice(2);
// What lies in the checkout is loaded first: another user may not be let into it.
new Database(':memory:').close();
if (user) {
  process.setgroups([]);
  process.setgid(Number(user));
  process.setuid(Number(user));
}
try {
  const store = openStore(folder, { mode, owner: 'a test', migrations, appVersion: '0.0.0-test' });
  console.log(
    listDatasets(store)
      .map((dataset) => dataset.name)
      .join(','),
  );
} catch (error) {
  console.log(error.code ?? error);
}
