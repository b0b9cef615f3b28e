import { importDataset } from '../datasets/import.ts';
import { runJob } from './job-port.ts';

runJob('import', importDataset);
