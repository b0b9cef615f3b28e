/** A call this long hides its own overhead, and a cancel or a metric waits no longer than this. */
const targetSeconds = 0.05;
const maxSteps = 64;
/** The batches of one call lie in memory together. */
const maxBytes = 64 * 2 ** 20;
/** Below this the second compilation costs more than it saves. */
const worthwhileSeconds = 0.5;

export interface StepFacts {
  /** Measured, one step a call. */
  secondsPerStep: number;
  fullBatchesPerEpoch: number;
  stepsLeft: number;
  bytesPerBatch: number;
}

/**
 * How many steps one call should do. It changes speed only: the steps of an epoch that do not fill a call are done one by one,
 * and a Scan's steps compute the very same bits as single ones (a test holds that), so a timing may decide.
 */
export function chooseStepsPerCall(facts: StepFacts): number {
  if (facts.secondsPerStep * facts.stepsLeft < worthwhileSeconds) return 1;
  const wanted = Math.min(
    targetSeconds / facts.secondsPerStep,
    maxSteps,
    facts.fullBatchesPerEpoch,
    maxBytes / facts.bytesPerBatch,
  );
  return wanted < 2 ? 1 : 2 ** Math.floor(Math.log2(wanted));
}
