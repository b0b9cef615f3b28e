import { exportData } from '../datasets/export-data.ts';
import { runJob } from './port/job-port.ts';

runJob('export-data', exportData);
