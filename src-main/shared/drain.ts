/**
 * The last words of an Electron utility, and the answer to them: whoever started it has heard all that came before. Its port tells nothing of
 * delivery, and what is still on the way when the process ends is lost.
 */
export const drainQuestion = 'drain';
export const drainAnswer = 'drained';
