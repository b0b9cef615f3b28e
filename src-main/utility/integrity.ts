import { checkFile } from '../db/quick-check.ts';
import { openPort } from './port/port.ts';

/** Looks through a whole database file. In a process of its own, since nothing interrupts SQLite there: it is ended by being killed. */
const port = openPort<string, string>();
port.listen((path) => port.post(checkFile(path) ?? 'ok'));
