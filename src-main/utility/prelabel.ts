import { runJob } from './port/job-port.ts';
import { prelabel } from './work/prelabel.ts';

runJob('prelabel', prelabel);
