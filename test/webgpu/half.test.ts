import { expect, it } from 'vitest';
import { tryHalf } from '../../src-main/runtime/device.ts';

// The driver that draws in software has none; a card may.
it('a device without numbers of 16 bits is told before it trains', async () => {
  await expect(tryHalf('webgpu')).rejects.toMatchObject({
    code: 'no_half_precision',
    message: expect.stringContaining('Train with precision single') as string,
  });
  await expect(tryHalf('cpu')).resolves.toBeUndefined();
});
