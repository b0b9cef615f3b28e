import { runJob } from './port/job-port.ts';
import { readDocuments } from './work/read-documents.ts';

runJob('documents', readDocuments);
