import { describe, expect, it } from 'vitest';
import { rowsOf, withDuck } from '../../src-main/datasets/duck.ts';
import { addTextFunctions, namedSettings } from '../../src-main/datasets/text-functions.ts';

describe('functions of texts inside a statement', () => {
  it('give texts and numbers, leave missing ones missing, and are made once for their settings', async () => {
    let made = 0;
    const rows = await withDuck({ threads: 2 }, (connection) => {
      for (let twice = 0; twice < 2; twice++) {
        addTextFunctions(connection, {
          louder: {
            text(settings) {
              made++;
              return (text) => (text === 'no' ? null : text.toUpperCase() + settings);
            },
          },
          lengths: { numbers: () => (text) => [text.length, 0.5] },
        });
      }
      return rowsOf(
        connection,
        `SELECT louder(t, '!') AS a, lengths(t, '')[1] AS b, lengths(t, '')[2] AS c
         FROM (VALUES (1, 'a longer text than twelve letters'), (2, NULL), (3, 'no'), (4, 'é')) v(i, t) ORDER BY i`,
      );
    });
    expect(rows).toEqual([
      { a: 'A LONGER TEXT THAN TWELVE LETTERS!', b: 33, c: 0.5 },
      { a: null, b: null, c: null },
      { a: null, b: 2, c: 0.5 },
      { a: 'É!', b: 1, c: 0.5 },
    ]);
    expect(made).toBe(1);
  });

  it('take long settings by a name, of many columns at once', async () => {
    const names = Array.from({ length: 600 }, (_, i) => namedSettings(JSON.stringify({ i, long: 'x'.repeat(1000) })));
    const [row] = await withDuck({ threads: 1 }, (connection) => {
      addTextFunctions(connection, {
        told: { text: (settings) => (text) => `${text}${(JSON.parse(settings) as { i: number }).i}` },
      });
      return rowsOf(connection, `SELECT told('a', '${names[0]}') AS first, told('b', '${names[599]}') AS last`);
    });
    expect(row).toEqual({ first: 'a0', last: 'b599' });
  });

  it('say what went wrong in them', async () => {
    const failing = withDuck({ threads: 1 }, (connection) => {
      addTextFunctions(connection, {
        never: {
          text: () => () => {
            throw new Error('it is broken');
          },
        },
      });
      return rowsOf(connection, `SELECT never(t, '') FROM (VALUES ('a')) v(t)`);
    });
    await expect(failing).rejects.toThrow('it is broken');
  });
});
