import { runJob } from './port/job-port.ts';
import { predictFiles } from './work/predict-files.ts';

runJob('predict', predictFiles);
