import { runJob } from './job-port.ts';
import { predictFiles } from './work/predict-files.ts';

runJob('predict', predictFiles);
