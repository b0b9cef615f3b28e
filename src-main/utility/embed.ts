import { runJob } from './port/job-port.ts';
import { embedPassages } from './work/encoders/embed-passages.ts';

runJob('embed', embedPassages);
