import { Random } from '../../src-main/shared/random.ts';

/** A table with everything that encoders must bear: gaps, rare and many categories, quotes, decimal commas, large and tiny numbers. */
export function mixedTable(rows: number, seed = 3): { names: string[]; rows: string[][] } {
  const random = new Random(seed);
  const pick = <T>(items: readonly T[]): T => items[random.below(items.length)];
  const names = ['age', 'amount', 'ratio', 'year', 'colour', 'city', 'grade', 'label'];
  const made = Array.from({ length: rows }, (_, i) => {
    const label = pick(['no', 'yes', 'yes', 'perhaps']);
    return [
      random.below(20) === 0 ? '?' : String(18 + random.below(60)),
      (random.normal() * 12345.678).toFixed(3).replace('.', ','),
      random.below(9) === 0 ? 'NA' : (random.uniform() * 1e-5).toExponential(6),
      String(1990.25 + random.below(30)),
      random.below(15) === 0 ? '' : pick(['red', 'green', 'it\'s "blue"', '深红']),
      `city ${random.below(i % 2 ? 90 : 20)}`,
      pick(['a', 'b']),
      label,
    ];
  });
  return { names, rows: made };
}

export const csvText = ({ names, rows }: { names: string[]; rows: string[][] }, delimiter = ';'): string =>
  [names, ...rows]
    .map((row) => row.map((cell) => (/["\n;,]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter))
    .join('\n') + '\n';
