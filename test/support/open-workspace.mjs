// Tries to open a workspace and prints the names of its datasets, or the error's code.
import { listDatasets } from '../../src-main/db/datasets.ts';
import { openStore } from '../../src-main/db/open.ts';

const [folder, migrations, mode] = process.argv.slice(2);
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
