/** The thread is held no longer than this at a stretch, in milliseconds, but for one step. */
const mostHeld = 2;

/** When the work of the thread's present turn began; null where none has been told of. */
let begun: number | null = null;

const nextTurn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** For how long this turn has been worked in by all who breathe: several at once hold the thread no longer than one does. */
function held(): number {
  if (begun === null) {
    begun = performance.now();
    setImmediate(() => (begun = null));
  }
  return performance.now() - begun;
}

/** Lets other work of this thread go on, now and then: to be asked between the steps of long work. */
export class Breath {
  constructor() {
    held();
  }

  async ifDue(): Promise<void> {
    while (held() >= mostHeld) await nextTurn();
  }
}

/** All that is made one by one, with other work of this thread in between. */
export async function collect<T>(made: Iterable<T>): Promise<T[]> {
  const breath = new Breath();
  const all: T[] = [];
  // Where others have had this turn, not even the first step is done in it.
  await breath.ifDue();
  for (const one of made) {
    all.push(one);
    await breath.ifDue();
  }
  return all;
}
