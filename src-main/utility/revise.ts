import { reviseDataset } from '../datasets/revise.ts';
import { runJob } from './job-port.ts';

runJob('revise', (params, { signal }) => reviseDataset(params, signal));
