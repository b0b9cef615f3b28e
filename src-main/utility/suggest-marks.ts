import { suggestMarks } from './work/marker/suggest-marks.ts';
import { runJob } from './port/job-port.ts';

runJob('suggest-marks', suggestMarks);
