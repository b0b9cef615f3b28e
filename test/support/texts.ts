import { Random } from '../../src-main/shared/random.ts';

/** Texts that have broken tokenizers: scripts, signs, joiners, controls, half surrogates, special tokens written out. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '\n\t \u00a0\u3000',
  'Hello, world! It’s Mr. O\'Neil\'s "co-op"… 3.14% £5 №7',
  "don't won’t 'twas rock'n'roll ' '' x' 'y a''b",
  'ÉCOLE Straße İstanbul ΟΔΟΣ ΣΊΣΥΦΟΣ ςσΣ ǅ ﬁ',
  '狗在草地上跑。今天天气很好！Atelier模型2024年',
  'ひらがなカタカナ漢字ー ﾊﾝｶｸ 한국어 문장',
  'สวัสดีครับ مرحبا بالعالم، שלום עולם नमस्ते।',
  '😀👩‍👩‍👧‍👦🏳️‍🌈 ☎️ ™ © → ≠ ①',
  'e\u0301 é a\u030a\u0323 \ufeffbom \u200bzero\u200dwidth\u00adhyphen',
  '[PAD] [UNK][MASK]x[EOS] [pad] [ PAD ] [[PAD]]',
  '<|endoftext|> </s> <unk> \\n \\u0041 $^.*+?()[]{}|/',
  '__proto__ constructor toString hasOwnProperty 0 1 2 007',
  'a'.repeat(300),
  `${'!'.repeat(200)} ${'x-'.repeat(100)} https://example.com/a?b=c&d=${'e'.repeat(60)}`,
  '𝔘𝔫𝔦 𠮷野家 \u{10ffff} \ue000 \ufffd',
];

/** A text of random characters, common and odd ones mixed. */
export function randomText(seed: number, length: number): string {
  const random = new Random(seed);
  const pick = (from: readonly string[]) => from[random.below(from.length)];
  const common = [...'    etaoinsrhldcumfpgwybvkxjqz\'’.,!?-"()ETAOIN0123456789\n'];
  const odd = [...hostileTexts.join('')];
  return Array.from({ length }, () => (random.below(10) === 0 ? pick(odd) : pick(common))).join('');
}

const nice = 'good great lovely superb brilliant charming'.split(' ');
const nasty = 'bad awful dreadful terrible boring clumsy'.split(' ');
const plain = 'the a film story with and was of it its plot acting on in an evening we saw this'.split(' ');

/** Short reviews, each of whose feelings is said by one word among indifferent ones. */
export function reviews(count: number, seed = 1): { text: string; feeling: 'good' | 'bad' }[] {
  const random = new Random(seed);
  const pick = (from: readonly string[]) => from[random.below(from.length)];
  return Array.from({ length: count }, (_, i) => {
    const feeling = i % 2 === 0 ? 'good' : 'bad';
    const words = Array.from({ length: 6 + random.below(10) }, () => pick(plain));
    words.splice(random.below(words.length), 0, pick(feeling === 'good' ? nice : nasty));
    const text = words.join(' ');
    return { text: `${text.charAt(0).toUpperCase()}${text.slice(1)}${pick(['.', '!', ' …', ''])}`, feeling };
  });
}
