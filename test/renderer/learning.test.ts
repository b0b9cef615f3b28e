import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Learnt } from '../../src-main/shared/few-shot.ts';
import { AtelierError } from '../../src-main/shared/errors.ts';
import type { LabellingId, VersionId } from '../../src-main/shared/ids.ts';
import type { Studio } from '../../src-renderer/bridge/studio.ts';
import { Learning } from '../../src-renderer/features/label/learning.svelte.ts';

const what = { labelling: 'l' as LabellingId, version: 'v' as VersionId };
const learnt = (labels: number): Learnt => ({
  samples: new Int32Array(0),
  classes: new Int32Array(0),
  confidence: new Float32Array(0),
  entropy: new Float32Array(0),
  margin: new Float32Array(0),
  leastConfidence: new Float32Array(0),
  next: new Int32Array(0),
  suspicious: new Int32Array(0),
  right: { of: 0, right: 0 },
  labels,
});

/** A studio that answers after so many milliseconds, and counts. */
function begun(answer: () => Learnt = () => learnt(1), after = 400) {
  const asked: string[] = [];
  const call = async (channel: string): Promise<unknown> => {
    asked.push(channel);
    if (channel === 'labels.stopLearning') return null;
    await new Promise((resolve) => setTimeout(resolve, after));
    return answer();
  };
  const taken: number[] = [];
  const learning = new Learning(
    { call } as unknown as Studio,
    () => what,
    ({ labels }) => taken.push(labels),
  );
  return { learning, asked, taken };
}

describe('suggestions that follow the labels', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('are asked for at once, and not before somebody starts them', async () => {
    const { learning, asked, taken } = begun();
    learning.labelled(50);
    await vi.advanceTimersByTimeAsync(5000);
    expect(asked).toEqual([]);
    learning.start();
    await vi.advanceTimersByTimeAsync(500);
    expect([asked.length, taken, learning.busy]).toEqual([1, [1], false]);
  });

  it('come anew as labels come, one question at a time, with a rest after each', async () => {
    const { learning, asked } = begun();
    learning.start();
    await vi.advanceTimersByTimeAsync(450);
    for (let i = 0; i < 30; i++) {
      learning.labelled(1);
      await vi.advanceTimersByTimeAsync(100);
    }
    // Three seconds of labelling: 0.4 s of work and as much rest in turn.
    expect(asked.length).toBeGreaterThanOrEqual(4);
    expect(asked.length).toBeLessThanOrEqual(5);
    await vi.advanceTimersByTimeAsync(5000);
    const settled = asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toHaveLength(settled);
    learning.labelled(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(settled);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(settled + 1);
  });

  it('come soon after the last label, however long the work before them took', async () => {
    const { learning, asked, taken } = begun(() => learnt(1), 8000);
    learning.start();
    await vi.advanceTimersByTimeAsync(8100);
    learning.labelled(100);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(asked).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(8000);
    expect(taken).toHaveLength(2);
  });

  it('are not taken once they are stopped', async () => {
    const { learning, asked, taken } = begun();
    learning.start();
    await vi.advanceTimersByTimeAsync(100);
    learning.stop();
    await vi.advanceTimersByTimeAsync(2000);
    expect(asked).toEqual(['labels.learn', 'labels.stopLearning']);
    expect([taken, learning.on, learning.found]).toEqual([[], false, null]);
    learning.start();
    await vi.advanceTimersByTimeAsync(500);
    expect(taken).toEqual([1]);
  });

  it('end with what went wrong, and can be started again', async () => {
    let broken = true;
    const { learning, taken } = begun(() => {
      if (broken) throw new AtelierError('too_few_samples', 'Two samples.');
      return learnt(2);
    });
    learning.start();
    await vi.advanceTimersByTimeAsync(500);
    expect([learning.on, learning.busy, learning.error?.code]).toEqual([false, false, 'too_few_samples']);
    broken = false;
    learning.start();
    await vi.advanceTimersByTimeAsync(500);
    expect([taken, learning.error]).toEqual([[2], null]);
  });
});
