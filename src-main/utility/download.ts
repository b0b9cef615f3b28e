import { runJob } from './port/job-port.ts';
import { downloadModel } from './work/download-model.ts';

runJob('download', downloadModel);
