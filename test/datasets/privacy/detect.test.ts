import { describe, expect, it } from 'vitest';
import { luhn, mod11, mod97 } from '../../../src-main/datasets/privacy/checksums.ts';
import { concealed, hinted } from '../../../src-main/datasets/privacy/conceal.ts';
import { findPersonal, suspicious } from '../../../src-main/datasets/privacy/detect.ts';
import { formKinds, type PersonalKind } from '../../../src-main/shared/privacy.ts';
import { Random } from '../../../src-main/shared/random.ts';

const all = new Set<PersonalKind>(formKinds);
const found = (text: string) =>
  findPersonal(text, all).map(({ kind, start, end }): [PersonalKind, string] => [kind, text.slice(start, end)]);
const suspected = new RegExp(suspicious(formKinds).replace('(?s)', ''), 's');

/** The issuers' and registries' own examples; numbers of no one. */
const cases: Record<(typeof formKinds)[number], string[]> = {
  email: [
    'simple@example.com',
    'First.Last+tag@sub.example.co.uk',
    "o'brien_1@xn--bcher-kva.example",
    'josé@müller.de',
    'a@b.io',
    'UPPER@EXAMPLE.ORG',
  ],
  phone: [
    '+47 22 33 44 55',
    '+1 (212) 555-0100',
    '+442079460958',
    '+86 138 0013 8000',
    '0044 20 7946 0958',
    '(212) 555-0100',
    '212-555-0100',
    '1-212-555-0100',
    '13800138000',
    '138 0013 8000',
    '010-62345678',
    '020 7946 0958',
    '01 23 45 67 89',
    '089 1234 5678',
    '07911 123456',
    '06-12345678',
    '03-1234-5678',
    '070-123 45 67',
    '(11) 91234-5678',
    '8 (495) 123-45-67',
  ],
  card: [
    '4111111111111111',
    '4111 1111 1111 1111',
    '5555-5555-5555-4444',
    '2223003122003222',
    '3782 822463 10005',
    '378282246310005',
    '3056 930902 5904',
    '6011111111111117',
    '3566002020360505',
    '6200000000000005',
  ],
  iban: [
    'GB82 WEST 1234 5698 7654 32',
    'DE89370400440532013000',
    'FR14 2004 1010 0505 0001 3M02 606',
    'NO93 8601 1117 947',
    'ch93-0076-2011-6238-5295-7',
    'MT84MALT011000012345MTLCAST001S',
  ],
  'cn-id': ['11010519491231002X', '440524198001010013', '11010519491231002x'],
  ssn: ['078-05-1120', '219 09 9999'],
  'national-id': [
    '111.444.777-35',
    '1 85 05 78 006 084 91',
    '185057800608491',
    'RSSMRA85T10A562S',
    '01010750160',
    '811228-9874',
    '19811228-9874',
    '131052-308T',
    '2341 2341 2346',
    '900101-1234567',
    'A123456(3)',
    'QQ 12 34 56 C'.replace('QQ', 'AB'),
  ],
  ip: ['192.168.0.1', '255.255.255.255', '2001:db8:85a3::8a2e:370:7334', 'fe80::1', '::ffff:192.0.2.128'],
};

describe('personal data', () => {
  it.each(formKinds)('of the kind %s is found as a whole, alone and in a sentence', (kind) => {
    for (const example of cases[kind]) {
      expect([example, found(example)]).toEqual([example, [[kind, example]]]);
      const sentence = `See ${example}, (${example}) or “${example}”. 联系${example}。`;
      expect([example, found(sentence)]).toEqual([example, Array.from({ length: 4 }, () => [kind, example])]);
      expect(suspected.test(example)).toBe(true);
    }
  });

  it('is not seen in numbers, dates, versions, codes and prices', () => {
    const others = [
      '2024-02-29 23:59:58',
      '2024-02-29T23:59:58.123456Z',
      '1999/12/31',
      '12:30:45',
      '3.14159265358979',
      '0.123456789012',
      '1,234,567.89',
      '$1234567890',
      '1234567890123456',
      '4111111111111112',
      '4111 1111 1111 1112',
      '192.168.0.256',
      '1.2.3.4.5',
      'v1.2.3.4',
      'GB83 WEST 1234 5698 7654 32',
      'XX82WEST12345698765432',
      '11010519491231002Y',
      '110105194912310021',
      '000-12-3456',
      '666-12-3456',
      '900-12-3456',
      '123-00-4567',
      '123456789',
      'std::vector',
      '1::2',
      'a@b',
      '@name',
      'me@@example.com',
      'a..b@',
      'ratio 16:9',
      'ISBN 978-3-16-148410-0',
      '978-0-306-40615-7',
      '100000000000',
      '-12.345678, 102.345678',
      '9f86d081884c7d659a2feaa0c55ad015',
      '550e8400-e29b-41d4-a716-446655440000',
      'SKU 0123456789',
      'version 10.0.19.45',
      'rev 1.2.3.4-beta',
      'tel 2024-02-29',
      '111.444.777-36',
      '185057800608492',
      'RSSMRA85T10A562T',
      '01010750161',
      '811228-9875',
      '131052-308U',
      '2341 2341 2347',
      '901301-1234567',
      'A123456(4)',
      'AB123456C',
      '12345678Z',
      '44051401359',
      '111222333',
      '12345-6789',
    ];
    expect(others.map((text) => [text, found(text)]).filter(([, spans]) => spans.length > 0)).toEqual([]);
  });

  it('in forms that much else has, too, is seen where it is called so', () => {
    const told = (text: string) => found(text).map(([kind, match]) => `${kind} ${match}`);
    expect(told('tlf 22 33 44 55, mobile: 612 34 56 78, 电话：6234 5678')).toEqual([
      'phone 22 33 44 55',
      'phone 612 34 56 78',
      'phone 6234 5678',
    ]);
    expect(told('SSN: 536904399; ssn no. 536904398')).toEqual(['ssn 536904399', 'ssn 536904398']);
    expect(told('DNI 12345678Z, NIE: X1234567L, DNI 12345678A')).toEqual([
      'national-id 12345678Z',
      'national-id X1234567L',
    ]);
    expect(told('PESEL 44051401359, PESEL 44051401358; BSN 111222333, BSN 111222334')).toEqual([
      'national-id 44051401359',
      'national-id 111222333',
    ]);
  });

  it('of several kinds in one text are told apart', () => {
    expect(found('card 4111 1111 1111 1111 123, mail a.b@c.example, host 10.0.0.7 and +47 22 33 44 55')).toEqual([
      ['card', '4111 1111 1111 1111'],
      ['email', 'a.b@c.example'],
      ['ip', '10.0.0.7'],
      ['phone', '+47 22 33 44 55'],
    ]);
    expect(findPersonal('a@b.example 10.0.0.7', new Set(['ip']))).toEqual([{ kind: 'ip', start: 12, end: 20 }]);
  });

  it('is looked for in time that grows with the text', () => {
    const hostile = [
      'a.'.repeat(50_000),
      '1'.repeat(100_000),
      '1 '.repeat(50_000),
      `${'a-'.repeat(30_000)}@${'b-'.repeat(30_000)}`,
      'a@'.repeat(50_000),
      `a@${'b.'.repeat(50_000)}`,
      ':'.repeat(100_000),
      '+1'.repeat(50_000),
      '+1 (2) '.repeat(15_000),
      '+111111111111111111111x'.repeat(5_000),
      'DE89 '.repeat(20_000),
      '4111 '.repeat(20_000),
    ];
    for (const text of hostile) {
      const begun = performance.now();
      findPersonal(text, all);
      expect([text.slice(0, 12), performance.now() - begun < 2000]).toEqual([text.slice(0, 12), true]);
    }
  });
});

describe('check digits', () => {
  const random = new Random(3);
  const digits = (count: number) => Array.from({ length: count }, () => random.below(10)).join('');

  it('are one in ten, in 97 and in 11, and see every wrong digit', () => {
    for (let n = 0; n < 200; n++) {
      const card = digits(15);
      const cards = Array.from({ length: 10 }, (_, last) => card + String(last)).filter(luhn);
      const id = digits(17);
      const ids = [...'0123456789X'].map((last) => id + last).filter(mod11);
      const account = digits(18);
      const ibans = Array.from({ length: 97 }, (_, i) => `DE${String(i + 2).padStart(2, '0')}${account}`).filter(mod97);
      expect([cards.length, ids.length, ibans.length]).toEqual([1, 1, 1]);
      const at = random.below(15);
      const wrong = (text: string, place: number) =>
        text.slice(0, place) + String((Number(text[place]) + 1 + random.below(9)) % 10) + text.slice(place + 1);
      expect([luhn(wrong(cards[0], at)), mod11(wrong(ids[0], at)), mod97(wrong(ibans[0], at + 4))]).toEqual([
        false,
        false,
        false,
      ]);
    }
    // The remainder in whole numbers of any size.
    const whole = BigInt('3214282912345698765432161182');
    expect([whole % 97n, mod97('GB82WEST12345698765432')]).toEqual([1n, true]);
  });
});

describe('concealing', () => {
  const text = 'Write to Bob@Example.com or +47 22 33 44 55, not to bob@example.com.';
  const how = (manner: 'mask' | 'hash' | 'remove', salt = 'salt') => concealed(text, { kinds: all, how: manner, salt });

  it('masks, removes, and gives one hash to what is the same, another with another salt', () => {
    expect(how('mask')).toBe('Write to [email] or [phone], not to [email].');
    expect(how('remove')).toBe('Write to  or , not to .');
    // openssl dgst -sha256 -hmac salt, of "bob@example.com" and of "4722334455".
    expect(how('hash')).toBe(
      'Write to email:bc3ffacd7eccb2dd or phone:271445e030361fb0, not to email:bc3ffacd7eccb2dd.',
    );
    expect(how('hash', 'other')).not.toBe(how('hash'));
    expect(concealed('nothing here', { kinds: all, how: 'mask', salt: '' })).toBe('nothing here');
    expect(findPersonal(how('hash'), all)).toEqual([]);
  });

  it('shows an example by its ends alone', () => {
    expect(hinted('bob@example.com')).toBe('b••@•••••••.••m');
    expect(hinted('+47 22 33 44 55')).toBe('+4• •• •• •• •5');
  });
});
