/**
 * Languages of byte strings that are read one byte at a time, by derivatives (Brzozowski, "Derivatives of Regular Expressions", 1964): what may
 * come after a byte is a language again. Rules may hold themselves (objects within objects), behind at least one byte. Equal languages are
 * mostly the same object, so that what was worked out of one is known for good: regular ones become automata as they are read.
 */
export interface Language {
  readonly id: number;
  readonly form: Form;
}

type Form =
  | { kind: 'nothing' }
  | { kind: 'empty' }
  /** One byte of these; a bit for each. */
  | { kind: 'byte'; set: Uint32Array }
  | { kind: 'sequence'; first: Language; then: Language }
  | { kind: 'choice'; of: readonly Language[] }
  | { kind: 'times'; of: Language; least: number; most: number }
  | { kind: 'rule'; name: string };

/** Where languages are made: those of one grammar only are put together. */
export class Grammar {
  readonly #known = new Map<string, Language>();
  readonly #rules = new Map<string, Language>();
  readonly #after = new Map<number, (Language | undefined)[]>();
  readonly #ends = new Map<number, boolean>();
  readonly #shortest = new Map<number, number>();
  /** Rules that are being worked out: what is found through one of them is not the whole yet, and not kept. */
  readonly #deriving = new Set<string>();
  readonly #ending = new Set<string>();
  readonly #measuring = new Set<string>();
  #circles = 0;
  readonly nothing = this.#make('-', { kind: 'nothing' });
  readonly empty = this.#make('.', { kind: 'empty' });

  #make(key: string, form: Form): Language {
    let found = this.#known.get(key);
    if (!found) this.#known.set(key, (found = { id: this.#known.size, form }));
    return found;
  }

  /** One byte, from one to another, both included. */
  byte(from: number, to = from): Language {
    const set = new Uint32Array(8);
    for (let byte = from; byte <= to; byte++) set[byte >> 5] |= 1 << (byte & 31);
    return this.#make(`b${set.join(',')}`, { kind: 'byte', set });
  }

  /** These bytes, in UTF-8, one after another. */
  text(text: string): Language {
    return this.sequence(...Array.from(new TextEncoder().encode(text), (byte) => this.byte(byte)));
  }

  sequence(...parts: readonly Language[]): Language {
    return parts.reduceRight((then, first) => this.#join(first, then), this.empty);
  }

  #join(first: Language, then: Language): Language {
    if (first === this.nothing || then === this.nothing) return this.nothing;
    if (first === this.empty) return then;
    if (then === this.empty) return first;
    const { form } = first;
    if (form.kind === 'sequence') return this.#join(form.first, this.#join(form.then, then));
    return this.#make(`s${first.id},${then.id}`, { kind: 'sequence', first, then });
  }

  choice(...options: readonly Language[]): Language {
    const flat = new Map<number, Language>();
    const add = (option: Language): void => {
      if (option.form.kind === 'choice') option.form.of.forEach(add);
      else if (option !== this.nothing) flat.set(option.id, option);
    };
    options.forEach(add);
    const of = [...flat.values()].sort((a, b) => a.id - b.id);
    if (of.length === 0) return this.nothing;
    if (of.length === 1) return of[0];
    return this.#make(`c${of.map(({ id }) => id).join(',')}`, { kind: 'choice', of });
  }

  /** So many times, one after another; `most` may be Infinity. */
  times(of: Language, least: number, most: number): Language {
    if (most === 0 || of === this.empty) return this.empty;
    if (of === this.nothing) return least === 0 ? this.empty : this.nothing;
    if (least === 1 && most === 1) return of;
    return this.#make(`t${of.id},${least},${most}`, { kind: 'times', of, least, most });
  }

  optional(of: Language): Language {
    return this.choice(this.empty, of);
  }

  /** The rule of that name, which may be said later. */
  rule(name: string): Language {
    return this.#make(`r${name}`, { kind: 'rule', name });
  }

  /** What a rule stands for. */
  define(name: string, language: Language): void {
    this.#rules.set(name, language);
  }

  #stands(name: string): Language {
    const found = this.#rules.get(name);
    if (!found) throw new RangeError(`There is no rule "${name}".`);
    return found;
  }

  /** What may come after this byte; `nothing` where it may not come. */
  after(language: Language, byte: number): Language {
    let known = this.#after.get(language.id);
    if (!known) this.#after.set(language.id, (known = new Array<Language | undefined>(256)));
    const found = known[byte];
    if (found) return found;
    const circles = this.#circles;
    const derived = this.#derive(language.form, byte);
    if (this.#circles === circles || this.#deriving.size === 0) known[byte] = derived;
    return derived;
  }

  #derive(form: Form, byte: number): Language {
    switch (form.kind) {
      case 'nothing':
      case 'empty':
        return this.nothing;
      case 'byte':
        return (form.set[byte >> 5] >>> (byte & 31)) & 1 ? this.empty : this.nothing;
      case 'sequence': {
        const first = this.#join(this.after(form.first, byte), form.then);
        return this.mayEnd(form.first) ? this.choice(first, this.after(form.then, byte)) : first;
      }
      case 'choice':
        return this.choice(...form.of.map((option) => this.after(option, byte)));
      case 'times': {
        const { of, least, most } = form;
        // Where a turn may be empty, those that are still owed may be so too.
        const owed = this.mayEnd(of) ? 0 : Math.max(0, least - 1);
        return this.#join(this.after(of, byte), this.times(of, owed, most - 1));
      }
      case 'rule': {
        // One that comes back to itself without a byte says nothing new that way.
        if (this.#deriving.has(form.name)) {
          this.#circles++;
          return this.nothing;
        }
        this.#deriving.add(form.name);
        const found = this.after(this.#stands(form.name), byte);
        this.#deriving.delete(form.name);
        return found;
      }
    }
  }

  /** Whether it may end here. */
  mayEnd(language: Language): boolean {
    const known = this.#ends.get(language.id);
    if (known !== undefined) return known;
    const found = this.#endsOf(language.form);
    if (found || this.#ending.size === 0) this.#ends.set(language.id, found);
    return found;
  }

  #endsOf(form: Form): boolean {
    switch (form.kind) {
      case 'empty':
        return true;
      case 'nothing':
      case 'byte':
        return false;
      case 'sequence':
        return this.mayEnd(form.first) && this.mayEnd(form.then);
      case 'choice':
        return form.of.some((option) => this.mayEnd(option));
      case 'times':
        return form.least === 0 || this.mayEnd(form.of);
      case 'rule': {
        if (this.#ending.has(form.name)) return false;
        this.#ending.add(form.name);
        const found = this.mayEnd(this.#stands(form.name));
        this.#ending.delete(form.name);
        return found;
      }
    }
  }

  /** Bytes of its shortest string; Infinity where there is none. */
  shortest(language: Language): number {
    const known = this.#shortest.get(language.id);
    if (known !== undefined) return known;
    const { form } = language;
    switch (form.kind) {
      case 'nothing':
        return Infinity;
      case 'empty':
        return 0;
      case 'byte':
        return 1;
      case 'rule':
        return this.#keep(language, this.#shortestRule(form.name));
      case 'sequence':
        return this.#keep(language, this.shortest(form.first) + this.shortest(form.then));
      case 'choice':
        return this.#keep(language, Math.min(...form.of.map((option) => this.shortest(option))));
      case 'times':
        return this.#keep(language, form.least === 0 ? 0 : form.least * this.shortest(form.of));
    }
  }

  #keep(language: Language, found: number): number {
    if (this.#measuring.size === 0) this.#shortest.set(language.id, found);
    return found;
  }

  #shortestRule(name: string): number {
    // A shortest string never holds a rule within itself: it would be longer than without.
    if (this.#measuring.has(name)) return Infinity;
    this.#measuring.add(name);
    const found = this.shortest(this.#stands(name));
    this.#measuring.delete(name);
    return found;
  }
}
