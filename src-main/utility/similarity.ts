import { runJob } from './port/job-port.ts';
import { similarity } from './work/encoders/similarity.ts';

runJob('similarity', similarity);
