import { runJob } from './port/job-port.ts';
import { exportRun } from './work/export-run.ts';

runJob('export', exportRun);
