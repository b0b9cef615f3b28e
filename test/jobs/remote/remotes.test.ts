import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { electronKeychain, type Keychain, type SafeStorage } from '../../../src-main/jobs/remote/keys.ts';
import { Remotes } from '../../../src-main/jobs/remote/remotes.ts';
import type { SpawnUtility } from '../../../src-main/jobs/utility.ts';
import { reachOf, readBaseUrl } from '../../../src-main/shared/remote.ts';
import { tempFolder } from '../../support/temp-workspace.ts';

const key = 'sk-test-0123456789abcdef';
const spawn: SpawnUtility = () => expect.unreachable('nothing is asked');
const wish = { name: 'here', baseUrl: 'http://127.0.0.1:1234/v1/', models: ['a', 'b/c', 'a'] };

/** As Electron's own, with a cipher that is none: what it seals does not hold the text. */
function storage(backend: string | null, available = true): SafeStorage & { plain: boolean } {
  const turned = (text: string) => [...text].reverse().join('');
  return {
    plain: false,
    isEncryptionAvailable: () => available,
    ...(backend !== null && { getSelectedStorageBackend: () => backend }),
    setUsePlainTextEncryption(plain) {
      this.plain = plain;
    },
    encryptString(text) {
      if (backend === 'basic_text' && !this.plain) throw new Error('no encryption');
      return Buffer.from(turned(text));
    },
    decryptString: (sealed) => turned(sealed.toString()),
  };
}

function remotes(keychain?: Keychain, env: NodeJS.ProcessEnv = {}) {
  const file = join(tempFolder(), 'remote.json');
  return { file, of: (other = env) => new Remotes({ spawn, keychain, env: other, file }) };
}
const system = () => electronKeychain(storage('gnome_libsecret'), 'linux');

describe('endpoints', () => {
  it('are off, then asked only once somebody agrees, each time to one host', () => {
    const { of, file } = remotes();
    const first = of();
    expect(first.state).toEqual({ enabled: false, keychain: 'none', endpoints: [] });
    expect(existsSync(file)).toBe(false);
    const id = first.put(wish);
    const ref = { remote: id, model: 'b/c' };
    expect(first.list()).toEqual([]);
    expect(() => first.open(ref)).toThrow(expect.objectContaining({ code: 'remote_off' }));
    first.enable(true);
    expect(() => first.open(ref)).toThrow(expect.objectContaining({ code: 'remote_not_agreed' }));
    first.agree(id);
    const again = of();
    const target = { name: 'here', baseUrl: 'http://127.0.0.1:1234/v1', interface: 'chat', model: 'b/c', key: null };
    expect(again.open(ref)).toEqual(target);
    expect(again.list().map(({ name, remote }) => [name, remote!.agreed, remote!.reach])).toEqual([
      ['here/a', true, 'machine'],
      ['here/b/c', true, 'machine'],
    ]);
    // What was kept before there were several ways of asking was asked as a chat.
    const kept = JSON.parse(readFileSync(file, 'utf8')) as { endpoints: { interface?: string }[] };
    delete kept.endpoints[0].interface;
    writeFileSync(file, JSON.stringify(kept));
    expect(again.open(ref)).toEqual(target);
    again.put({ ...wish, interface: 'completions' }, id);
    again.put(wish, id);
    expect(again.open(ref).interface).toBe('completions');
    expect(again.list()[0].remote).toMatchObject({ interface: 'completions' });
    again.put({ ...wish, baseUrl: 'http://127.0.0.1:1234/api/v1' }, id);
    expect(again.open(ref).baseUrl).toBe('http://127.0.0.1:1234/api/v1');
    again.put({ ...wish, baseUrl: 'https://elsewhere.example/v1' }, id);
    expect(() => again.open(ref)).toThrow(expect.objectContaining({ code: 'remote_not_agreed' }));
    expect(() => again.put(wish)).toThrow(expect.objectContaining({ code: 'name_taken' }));
    again.remove(id);
    expect(() => again.open(ref)).toThrow(expect.objectContaining({ code: 'no_such_endpoint' }));
    expect(again.nameOf(ref)).toBe('b/c');
  });

  it('are this person’s: a file that only they read, set aside where it is damaged', () => {
    const { of, file } = remotes();
    of().put(wish);
    if (process.platform !== 'win32') expect(statSync(file).mode & 0o077).toBe(0);
    writeFileSync(file, '{"enabled":true,"endpoints":[{"baseUrl":"file:///etc/passwd"}]}');
    expect(of().state.endpoints).toEqual([]);
    expect(existsSync(`${file}.damaged`)).toBe(true);
  });
});

describe('a key', () => {
  it('is kept by the keychain for the host that it was given for, and never written as it is', () => {
    const { of, file } = remotes(system());
    const here = of();
    here.enable(true);
    const id = here.put(wish);
    here.agree(id);
    expect(here.setKey(id, `  ${key}\n`)).toBe('kept');
    expect(readFileSync(file, 'utf8')).not.toContain(key);
    expect(JSON.stringify(here.state)).not.toContain(key);
    expect(of().open({ remote: id, model: 'a' }).key).toBe(key);
    here.put({ ...wish, baseUrl: 'http://127.0.0.1:99/v1' }, id);
    expect(here.state.endpoints[0].key).toBe('none');
    here.agree(id);
    expect(here.open({ remote: id, model: 'a' }).key).toBeNull();
    here.setKey(id, key);
    here.forgetKey(id);
    expect(here.state.endpoints[0].key).toBe('none');
    for (const wrong of ['', 'with blank', 'with\nline', 'schlüssel'])
      expect(() => here.setKey(id, wrong)).toThrow(expect.objectContaining({ code: 'remote_bad_key' }));
  });

  it('stays for the session where the system would only hide it, unless somebody agrees', () => {
    const { of, file } = remotes(electronKeychain(storage('basic_text', false), 'linux'));
    const here = of();
    here.enable(true);
    const id = here.put(wish);
    here.agree(id);
    expect([here.state.keychain, here.setKey(id, key)]).toEqual(['plain', 'session']);
    expect(here.open({ remote: id, model: 'a' }).key).toBe(key);
    const before = readFileSync(file, 'utf8');
    expect(before).not.toContain(key);
    expect(before).not.toContain([...key].reverse().join(''));
    // Another program has it no more, and says so instead of asking without.
    expect(of().state.endpoints[0].key).toBe('missing');
    expect(() => of().open({ remote: id, model: 'a' })).toThrow(expect.objectContaining({ code: 'remote_no_key' }));
    expect(here.setKey(id, key, true)).toBe('plain');
    expect(of().open({ remote: id, model: 'a' }).key).toBe(key);
  });

  it('comes from the environment where it is named, and is missed where it is not set', () => {
    const { of, file } = remotes();
    const here = of({ SOME_KEY: key });
    here.enable(true);
    const id = here.put(wish);
    here.agree(id);
    here.setKeyVariable(id, 'SOME_KEY');
    expect([here.state.endpoints[0].key, here.open({ remote: id, model: 'a' }).key]).toEqual(['variable', key]);
    expect(of().state.endpoints[0].key).toBe('missing');
    expect(() => of().open({ remote: id, model: 'a' })).toThrow(/SOME_KEY is not set/);
    expect(readFileSync(file, 'utf8')).not.toContain(key);
  });
});

describe('an address', () => {
  it.each([
    ['https://api.example.com/v1', 'https://api.example.com/v1', 'internet'],
    [' https://api.example.com/v1/chat/completions ', 'https://api.example.com/v1', 'internet'],
    ['http://localhost:11434/v1/', 'http://localhost:11434/v1', 'machine'],
    ['http://127.3.2.1:80/', 'http://127.3.2.1', 'machine'],
    ['http://[::1]:8080/v1', 'http://[::1]:8080/v1', 'machine'],
    ['http://192.168.1.5:1234/v1', 'http://192.168.1.5:1234/v1', 'network'],
    ['http://172.31.0.1/v1', 'http://172.31.0.1/v1', 'network'],
    ['http://box.local/v1', 'http://box.local/v1', 'network'],
    ['http://[fd00::1]/v1', 'http://[fd00::1]/v1', 'network'],
  ])('%s is kept as %s', (typed, kept, reach) => {
    expect([readBaseUrl(typed), reachOf(kept)]).toEqual([kept, reach]);
  });
  it.each([
    ...[
      '',
      'api.example.com/v1',
      'ftp://127.0.0.1/',
      'file:///etc',
      'https://a.example/v1?key=1',
      'https://a.example/#x',
    ],
    ...[
      'http://api.example.com/v1',
      'http://127.0.0.1.example.com/v1',
      'http://172.32.0.1/v1',
      'http://2130706433.example',
    ],
  ])('%s is refused', (typed) => {
    expect(() => readBaseUrl(typed)).toThrow(expect.objectContaining({ code: 'remote_bad_address' }));
  });
  it('with a password in it is not repeated', () => {
    expect(() => readBaseUrl('https://me:secret@a.example/v1')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') as string }),
    );
  });
});
