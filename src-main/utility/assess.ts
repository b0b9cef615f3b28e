import { runJob } from './port/job-port.ts';
import { assess } from './work/assess/assess.ts';

runJob('assess', assess);
