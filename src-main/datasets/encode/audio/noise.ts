import type { SpectrogramSettings } from '../../../shared/audio.ts';
import type { BandNoise } from '../../../shared/augment/sound.ts';
import { filterBank, hannWindow } from './mel.ts';

/** What bins so far apart have in common, of white noise through Hann's window, squared as powers have it: (2/3)², (1/6)². */
const inCommon = [1, 4 / 9, 1 / 36];

/** What white noise of standard deviation 1 is in each band of such spectrograms. */
export function whiteNoise(settings: SpectrogramSettings): BandNoise[] {
  const { fft, mels } = settings;
  const bank = filterBank(settings);
  const window = hannWindow(fft).reduce((sum, each) => sum + each * each, 0);
  const bins = fft / 2 + 1;
  return Array.from({ length: mels }, (_, mel) => {
    const weight = (bin: number) => (bin >= 0 && bin < bins ? bank[bin * mels + mel] : 0);
    let [sum, squares] = [0, 0];
    for (let bin = 0; bin < bins; bin++) {
      sum += weight(bin);
      inCommon.forEach((share, apart) => {
        squares += (apart === 0 ? 1 : 2) * share * weight(bin) * weight(bin + apart);
      });
    }
    // A band between two bins holds nothing.
    return sum === 0 ? { power: 0, bins: 1 } : { power: window * sum, bins: Math.max(1, sum ** 2 / squares) };
  });
}
