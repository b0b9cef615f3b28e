import { runJob } from './job-port.ts';
import { exportRun } from './work/export-run.ts';

runJob('export', exportRun);
