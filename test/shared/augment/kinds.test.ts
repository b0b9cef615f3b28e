import { describe, expect, it } from 'vitest';
import { type Augmentation, checkedAugmentation } from '../../../src-main/shared/augment/kinds.ts';

describe('what is asked for is checked', () => {
  it('amounts of 0 are none', () => {
    expect(checkedAugmentation({ rotate: 5, flip: 0 }, 'image')).toEqual({ rotate: 5 });
    expect(checkedAugmentation({ rotate: 0 }, null)).toEqual({});
  });

  it.each([
    [{ rotate: 181 }, 'image', /rotate=181 is out of range: from 0 to 180/],
    [{ flip: NaN }, 'image', /flip=NaN is out of range/],
    [{ flip: -0.5 }, 'image', /out of range/],
    [{ mirror: 1 } as Augmentation, 'image', /no augmentation "mirror". Choose of: flip, /],
    [{ 'word-drop': 0.1 }, 'image', /"word-drop" does nothing to this data. Choose of: flip, /],
    [{ flip: 0.5 }, 'text', /"flip" does nothing to this data. Choose of: word-drop, word-swap/],
    [{ mixup: 0.2 }, 'image', /"mixup" does nothing to this data/],
    [{ cutmix: 11 }, 'classed-image', /cutmix=11 is out of range: from 0 to 10/],
    [{ gain: 31 }, 'sound', /gain=31 is out of range: from 0 to 30/],
    [{ noise: 0.1 }, 'sound', /"noise" does nothing to this data. Choose of: time-shift, gain/],
    [{ flip: 0.5 }, null, /"flip" does nothing to this data. Leave it out/],
  ] as const)('%o to %s', (given, data, message) => {
    expect(() => checkedAugmentation(given, data)).toThrow(message);
  });
});
