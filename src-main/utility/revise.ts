import { reviseDataset } from '../datasets/revise.ts';
import { runJob } from './port/job-port.ts';

runJob('revise', (params, { signal }) => reviseDataset(params, signal));
