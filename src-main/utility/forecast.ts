import { runJob } from './port/job-port.ts';
import { forecastRun } from './work/forecast-run.ts';

runJob('forecast', forecastRun);
