import type { Manifest } from '../../../src-main/shared/dataset.ts';
import type { AnonymityReport, PrivacyReport } from '../../../src-main/shared/privacy.ts';

/** The first column of texts holds addresses, the second one phones and cards. */
export function privacyOf({ columns, samples }: Manifest): PrivacyReport {
  const [first, second] = columns.filter(({ type }) => type !== 'number');
  const found: PrivacyReport['columns'][number]['found'][] = [
    [{ kind: 'email', rows: 812, examples: ['a••@•••••••.••m', 'j••.•••••n@•••••••.••g'] }],
    [
      { kind: 'phone', rows: 1204, examples: ['+4• •• •• •• •5'] },
      { kind: 'card', rows: 7, examples: ['4••• •••• •••• •••1'] },
    ],
  ];
  return {
    samples,
    looked: Math.min(samples, 200_000),
    columns: [first, second].flatMap((column, i) =>
      column ? [{ column: column.name, type: column.type, role: column.role, present: samples, found: found[i] }] : [],
    ),
  };
}

/** Half of the rows are alone. */
export const anonymityOf = (columns: string[], wanted: number): AnonymityReport => ({
  columns,
  wanted,
  samples: 4000,
  k: 1,
  groups: 2400,
  exposed: 2000,
  worst: Array.from({ length: 8 }, (_, i) => ({
    values: columns.map((name) => (i % 3 ? `${name} ${i}` : null)),
    rows: 1,
  })),
  remedies: columns.map((column) => ({
    column,
    kind: 'rare',
    settings: { columns: [column], least: wanted, with: 'other' },
    k: 1,
    exposed: 900,
  })),
  together: { k: wanted, exposed: 0 },
});
