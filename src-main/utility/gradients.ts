import { runJob } from './port/job-port.ts';
import { weighGradients } from './work/weigh-gradients.ts';

runJob('gradients', weighGradients);
