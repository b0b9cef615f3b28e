import { both, either, i32, i64, i8x16, loop, Routine, steps, when, type Code, type Local } from '../wasm/assemble.ts';
import { column, endsInZero, exact, isDate, isSecond, memory, noPoint, oneZero } from './cell-facts.ts';

const dateDigits = 0b11_0110_1111;
const secondDigits = 0b110_1101_1011_0110_1111;
/** Of 31 days, as bits. */
const longMonths = 0b1_0101_1010_1010;

/**
 * One walk over whole rows without quotes, as WebAssembly: 16 bytes at once are told to be digits or what ends a cell, and what follows from
 * that is counted in bits. Parameters: where the rows begin and end, how many columns there are (what stands behind counts as one more, whose
 * `isText` is set), the delimiter, and whether words for missing values are read as such.
 */
export function assembleCellWalk(): Uint8Array<ArrayBuffer> {
  const routine = new Routine(5);
  const [at, end, columns, delimiter, words] = [0, 1, 2, 3, 4].map((i) => routine.parameter(i));
  const [record, lastRecord, cuts, length, first, digits, minus, whole, decimals, stop, missing, word] = Array.from(
    { length: 12 },
    () => routine.local(),
  );
  const [way, year, month, day] = Array.from({ length: 4 }, () => routine.local());
  const cell = routine.local('i64');
  const [here, next, cut, feed, turn, zero, ten] = Array.from({ length: 7 }, () => routine.local('v128'));

  const constant = i32.const;
  const is = (value: Code, character: string): Code => i32.eq(value, constant(character.charCodeAt(0)));
  const byte = (offset: number): Code => i32.load8(at.get, offset);
  const atOffset = (offset: Code): Code => i32.load8(i32.add(at.get, offset));
  const lastByte = atOffset(i32.sub(length.get, constant(1)));
  const fact = (place: number): Code => i32.load8(record.get, place);
  const setFact = (place: number, value: Code): Code => i32.store8(record.get, value, place);
  const note = (place: number): Code => i32.store8(constant(place), constant(1));

  const isCut = (bytes: Local): Code =>
    i8x16.or(i8x16.eq(bytes.get, cut.get), i8x16.or(i8x16.eq(bytes.get, feed.get), i8x16.eq(bytes.get, turn.get)));
  const isDigit = (bytes: Local): Code => i8x16.ltU(i8x16.sub(bytes.get, zero.get), ten.get);
  /** How many bits are set from that one on. */
  const run = (of: Local, from: Code): Code => i32.ctz(i32.xor(i32.shrU(of.get, from), constant(-1)));

  /** The cell's length; where it is less than 32, `here` and `next` show all of it. */
  const measure = steps(
    here.set(i8x16.load(at.get)),
    length.set(constant(0)),
    cuts.set(i8x16.bitmask(isCut(here))),
    loop(
      i32.eqz(cuts.get),
      steps(
        length.set(i32.add(length.get, constant(16))),
        next.set(i8x16.load(i32.add(at.get, length.get))),
        cuts.set(i8x16.bitmask(isCut(next))),
      ),
    ),
    length.set(i32.add(length.get, i32.ctz(cuts.get))),
  );

  const lookForBlanks = when(
    i32.or(i32.load8(first.get, memory.blanks), i32.load8(lastByte, memory.blanks)),
    note(memory.blankFound),
  );

  const eight = constant(8);
  const lookForMissing = steps(
    missing.set(constant(0)),
    when(
      i32.and(
        i32.ltU(length.get, constant(9)),
        i32.shrU(i32.load8(first.get, memory.lengths), i32.sub(length.get, constant(1))),
      ),
      steps(
        cell.set(
          i64.and(i64.load(at.get), i64.shrU(i64.const(-1), i64.fromU32(i32.mul(eight, i32.sub(eight, length.get))))),
        ),
        word.set(constant(memory.words)),
        loop(
          both(i32.eqz(missing.get), i32.eqz(i64.eqz(i64.load(word.get)))),
          steps(missing.set(i64.eq(cell.get, i64.load(word.get))), word.set(i32.add(word.get, eight))),
        ),
        when(missing.get, note(memory.missingFound)),
      ),
    ),
  );

  const twoDigits = (offset: number): Code =>
    i32.sub(i32.add(i32.mul(byte(offset), constant(10)), byte(offset + 1)), constant(48 * 11));
  const isLeap = either(
    i32.remU(year.get, constant(100)),
    i32.eqz(i32.and(year.get, constant(3))),
    i32.eqz(i32.remU(year.get, constant(400))),
  );
  const daysOfMonth = either(
    i32.eq(month.get, constant(2)),
    i32.add(constant(28), isLeap),
    i32.add(constant(30), i32.and(i32.shrU(constant(longMonths), month.get), constant(1))),
  );
  /** See `momentLength`, to which this is the same where digits stand in their places. */
  const isDay = both(
    i32.and(is(byte(4), '-'), is(byte(7), '-')),
    steps(
      year.set(i32.add(i32.mul(twoDigits(0), constant(100)), twoDigits(2))),
      month.set(twoDigits(5)),
      day.set(twoDigits(8)),
      both(
        i32.and(i32.ltU(constant(0), year.get), i32.ltU(i32.sub(month.get, constant(1)), constant(12))),
        i32.ltU(i32.sub(day.get, constant(1)), daysOfMonth),
      ),
    ),
  );
  const isTime = i32.and(
    i32.and(i32.and(is(byte(10), ' '), is(byte(13), ':')), is(byte(16), ':')),
    i32.and(
      i32.ltU(twoDigits(11), constant(24)),
      i32.and(i32.ltU(twoDigits(14), constant(60)), i32.ltU(twoDigits(17), constant(60))),
    ),
  );
  const hasDigits = (of: number, wanted: number): Code =>
    i32.eq(i32.and(digits.get, constant(2 ** of - 1)), constant(wanted));
  const addWay = (bits: Code): Code => setFact(column.ways, i32.or(fact(column.ways), bits));
  const judgeMoment = when(
    both(both(i32.eq(length.get, constant(10)), hasDigits(10, dateDigits)), isDay),
    addWay(constant(isDate)),
    when(
      both(both(i32.eq(length.get, constant(19)), hasDigits(19, secondDigits)), both(isTime, isDay)),
      addWay(constant(isSecond)),
      setFact(column.isText, constant(1)),
    ),
  );

  /** Some digit is none of "0": no zero is negative. */
  const hasValue = steps(
    word.set(minus.get),
    loop(both(i32.ltU(word.get, length.get), i32.ltU(atOffset(word.get), constant(49))), [
      ...word.set(i32.add(word.get, constant(1))),
    ]),
    i32.ltU(word.get, length.get),
  );
  const isNumber = both(
    i32.and(i32.eq(stop.get, length.get), i32.and(i32.ne(whole.get, constant(0)), i32.ne(decimals.get, constant(0)))),
    both(
      i32.or(i32.eq(whole.get, constant(1)), i32.eqz(is(atOffset(minus.get), '0'))),
      either(minus.get, hasValue, constant(1)),
    ),
  );
  const noteNumber = steps(
    when(i32.gtU(whole.get, fact(column.whole)), setFact(column.whole, whole.get)),
    way.set(constant(noPoint)),
    when(
      i32.ne(decimals.get, constant(-1)),
      steps(
        way.set(
          either(
            is(lastByte, '0'),
            either(i32.eq(decimals.get, constant(1)), constant(oneZero), constant(endsInZero)),
            constant(exact),
          ),
        ),
        when(i32.ltU(decimals.get, fact(column.least)), setFact(column.least, decimals.get)),
        when(i32.gtU(decimals.get, fact(column.most)), setFact(column.most, decimals.get)),
      ),
    ),
    addWay(way.get),
  );
  const judgeValue = steps(
    digits.set(i8x16.bitmask(isDigit(here))),
    when(
      i32.gtU(length.get, constant(15)),
      digits.set(i32.or(digits.get, i32.shl(i8x16.bitmask(isDigit(next)), constant(16)))),
    ),
    minus.set(is(first.get, '-')),
    whole.set(run(digits, minus.get)),
    stop.set(i32.add(minus.get, whole.get)),
    decimals.set(constant(-1)),
    when(
      is(atOffset(stop.get), '.'),
      steps(
        stop.set(i32.add(stop.get, constant(1))),
        decimals.set(run(digits, stop.get)),
        stop.set(i32.add(stop.get, decimals.get)),
      ),
    ),
    when(isNumber, noteNumber, judgeMoment),
  );

  const judge = when(
    i32.eqz(fact(column.isText)),
    when(
      missing.get,
      when(i32.eqz(words.get), setFact(column.isText, constant(1))),
      // What is longer is no value that could be kept, whatever it is.
      when(i32.ltU(length.get, constant(32)), judgeValue, setFact(column.isText, constant(1))),
    ),
  );
  const forward = either(
    i32.eq(byte(0), delimiter.get),
    either(i32.ltU(record.get, lastRecord.get), i32.add(record.get, constant(column.bytes)), record.get),
    constant(memory.columns),
  );

  return routine.module(
    steps(
      cut.set(i8x16.splat(delimiter.get)),
      feed.set(i8x16.splat(constant(10))),
      turn.set(i8x16.splat(constant(13))),
      zero.set(i8x16.splat(constant(48))),
      ten.set(i8x16.splat(constant(10))),
      record.set(constant(memory.columns)),
      lastRecord.set(i32.add(record.get, i32.mul(columns.get, constant(column.bytes)))),
      loop(
        i32.ltU(at.get, end.get),
        steps(
          measure,
          when(
            length.get,
            steps(first.set(byte(0)), lookForBlanks, lookForMissing, judge, at.set(i32.add(at.get, length.get))),
          ),
          record.set(forward),
          at.set(i32.add(at.get, constant(1))),
        ),
      ),
    ),
  );
}
