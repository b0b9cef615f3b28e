import { importRuns } from '../tracking/import-runs.ts';
import { runJob } from './port/job-port.ts';

runJob('import-runs', importRuns);
