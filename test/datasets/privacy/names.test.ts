import { beforeAll, describe, expect, it } from 'vitest';
import { concealed } from '../../../src-main/datasets/privacy/conceal.ts';
import { findPersonal, suspicious } from '../../../src-main/datasets/privacy/detect.ts';
import { loadNames, name } from '../../../src-main/datasets/privacy/kinds/name.ts';
import { scanPrivacy } from '../../../src-main/datasets/privacy/scan.ts';
import type { PersonalKind } from '../../../src-main/shared/privacy.ts';
import { cellsOf, recipeOf, tableOf } from '../../support/recipes.ts';

/** English sentences with the names in them, written for this test; people that there are only by chance. */
const named: [string, ...string[]][] = [
  ['Please call Maria Gonzalez about the invoice.', 'Maria Gonzalez'],
  ['Dr. John Smith will see you on Monday at nine.', 'John Smith'],
  ['I talked to Sarah yesterday and she agreed.', 'Sarah'],
  ['The report was written by Emily Watson and David Chen.', 'Emily Watson', 'David Chen'],
  ['Customer: Robert Johnson, Order 1182, paid by card.', 'Robert Johnson'],
  ['Mr. Patel complained about the late delivery.', 'Patel'],
  ['Kind regards, Anna Kowalski', 'Anna Kowalski'],
  ['Hi Tom, thanks for the update.', 'Tom'],
  ['The nurse, Fatima Al-Sayed, was very helpful.', 'Fatima Al-Sayed'],
  ['Ask Michael if the meeting with Jennifer Lopez is still on.', 'Michael', 'Jennifer Lopez'],
  ["My name is James O'Connor and I live in Dublin.", "James O'Connor"],
  ['Sent from William’s phone', 'William'],
  ['Wei Zhang submitted the application on time.', 'Wei Zhang'],
  ['Hiroshi Tanaka and Yuki Sato joined the team in May.', 'Hiroshi Tanaka', 'Yuki Sato'],
  ['The patient, Mr. George Brown, was discharged.', 'George Brown'],
  ['Our agent Olivia Martin helped me a lot.', 'Olivia Martin'],
  ['Daniel said that Rachel would bring the keys.', 'Daniel', 'Rachel'],
  ['Contact person: Stephen Miller (sales)', 'Stephen Miller'],
  ['Priya Sharma rated the product five stars.', 'Priya Sharma'],
  ['The parcel was signed by K. Anderson at the door.', 'K. Anderson'],
  ['Elizabeth Taylor-Jones moved to Boston last year.', 'Elizabeth Taylor-Jones'],
  ['Could Mohammed Ali please report to the desk?', 'Mohammed Ali'],
  ['Laura, Peter and Susan will attend.', 'Laura', 'Peter', 'Susan'],
  ['Thanks to Jean-Pierre Dubois for the photo.', 'Jean-Pierre Dubois'],
  ['Karen Lee called again; she wants a refund.', 'Karen Lee'],
  ['I am writing on behalf of Nguyen Van Minh.', 'Nguyen Van Minh'],
  ['Ms. Garcia is the account owner.', 'Garcia'],
  ['The line is bad.\n\nPaul Walker speaking. 🙂 Is Linda there?', 'Paul Walker', 'Linda'],
];
const nameless = [
  'Will you mark the date in May?',
  'The new phone is great value for money.',
  'We flew from Paris to London on Sunday.',
  'Apple and Microsoft raised their prices.',
  'Please read the terms and conditions.',
  'A bill of 20 dollars is due in June.',
  'This is the hope of the whole team.',
  'Jack up the car and change the wheel.',
  'Delivery took three weeks, never again!',
  'The rose garden in Victoria Park is lovely.',
  'Grace period ends on Friday.',
  'The Amazon package was lost in Jordan.',
  'I grant you access to the shared drive.',
  'Dawn broke over the Charlotte skyline.',
  'Turn left at Washington Street.',
  'WINNER!! As a valued network customer you have been selected',
  'Madison Square Garden was sold out.',
  'My ford broke down near Austin.',
  'Sunny weather with a chance of rain.',
  'Order 4711 has been shipped by DHL today.',
  '明天下午三点见。',
  '',
];
const only: ReadonlySet<PersonalKind> = new Set(['name']);
const found = (text: string) => name.find(text).map(({ start, end }) => text.slice(start, end));

beforeAll(loadNames);

describe('names of people in English texts', () => {
  it('are found without the words that a question or clause begins with', () => {
    expect(found('Is Linda there?')).toEqual(['Linda']);
    expect(found('Did Dr. Smith call?')).toEqual(['Smith']);
  });

  it('are found nearly all, and little else is', () => {
    let [right, wrong, missed] = [0, 0, 0];
    for (const [text, ...names] of [...named, ...nameless.map((each): [string] => [each])]) {
      const seen = found(text);
      right += names.filter((each) => seen.includes(each)).length;
      missed += names.filter((each) => !seen.includes(each)).length;
      wrong += seen.filter((each) => !names.includes(each)).length;
    }
    expect(right / (right + missed)).toBeGreaterThanOrEqual(0.9);
    expect(right / (right + wrong)).toBeGreaterThanOrEqual(0.9);
  });

  it('are looked for where a text may have one', () => {
    const suspected = new RegExp(suspicious(['name']).replace('(?s)', ''), 'su');
    for (const [text] of named) expect([text, suspected.test(text)]).toEqual([text, true]);
    expect(suspicious(['email'])).not.toContain('Lu');
  });

  it('are masked without what stands around them, and hashed alike however they are written', () => {
    const how = (text: string, manner: 'mask' | 'hash') => concealed(text, { kinds: only, how: manner, salt: 'salt' });
    expect(how('Dear Mr. Brown, William’s phone and Kate xxx', 'mask')).toBe(
      'Dear Mr. [name], [name]’s phone and [name] xxx',
    );
    const [one, other] = ['Maria Gonzalez called.', 'MARIA  GONZALEZ called.'].map((text) => how(text, 'hash'));
    expect(one).toMatch(/^name:[0-9a-f]{16} called\.$/);
    expect(other).toBe(one);
    expect(how('maria gonzalez called', 'mask')).toBe('maria gonzalez called');
  });

  it('lie where they are said to, one behind the other', () => {
    const text = named.map(([each]) => each).join(' ');
    const spans = findPersonal(text, only);
    expect(spans.length).toBeGreaterThan(25);
    for (const [i, { start, end }] of spans.entries()) {
      expect(text.slice(start, end)).toMatch(/^\p{Lu}[^\n]*[\p{L}]$/u);
      expect(start).toBeGreaterThanOrEqual(i === 0 ? 0 : spans[i - 1].end);
    }
  });
});

it('a scan tells of a column with names, and the step conceals them where it is told to', async () => {
  const rows = Array.from({ length: 60 }, (_, i) => [
    i % 3 ? 'The parcel came late.' : `Please call Maria Gonzalez about ${i}.`,
    i === 5 ? 'We met Sarah in the park.' : 'We stayed at home.',
    i % 2 ? 'a' : 'b',
  ]);
  const { blobs, manifest, revise } = await tableOf({ names: ['note', 'other', 'label'], rows }, 'label');
  const report = await scanPrivacy(blobs, manifest);
  // One in sixty is too few to say so.
  expect(report.columns.map(({ column, found: of }) => [column, of])).toEqual([
    ['note', [{ kind: 'name', rows: 20, looked: 60, examples: ['M•••• •••••••z'] }]],
  ]);
  const left = await revise(recipeOf(['personal', { columns: ['note'] }]), manifest);
  expect((await cellsOf(blobs, left.manifest))[0][0]).toBe('Please call Maria Gonzalez about 0.');
  const next = await revise(recipeOf(['personal', { columns: ['note'], kinds: ['email', 'name'] }]), manifest);
  expect((await cellsOf(blobs, next.manifest))[0][0]).toBe('Please call [name] about 0.');
  expect((await scanPrivacy(blobs, next.manifest)).columns).toEqual([]);
});
