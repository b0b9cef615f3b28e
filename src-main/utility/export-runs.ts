import { exportRuns } from '../tracking/export-runs.ts';
import { runJob } from './port/job-port.ts';

runJob('export-runs', exportRuns);
