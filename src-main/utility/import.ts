import { importDataset } from '../datasets/import.ts';
import { runJob } from './port/job-port.ts';

runJob('import', importDataset);
