import type { KeychainKind } from '../../shared/remote.ts';

/** What the system offers for keeping keys; Electron's safeStorage in the window, nothing under plain Node. */
export interface Keychain {
  readonly kind: KeychainKind;
  /** As text that only this person's programs can read again. `plain`: also where the system would only hide it. Null: it cannot. */
  seal(key: string, plain: boolean): string | null;
  /** Null where it cannot be read any more: another person's, or another machine's. */
  open(sealed: string): string | null;
}

export const noKeychain: Keychain = { kind: 'none', seal: () => null, open: () => null };

/** The part of Electron's safeStorage that is needed (https://www.electronjs.org/docs/latest/api/safe-storage); given from outside. */
export interface SafeStorage {
  isEncryptionAvailable(): boolean;
  /** Of Linux only. */
  getSelectedStorageBackend?(): string;
  setUsePlainTextEncryption?(plain: boolean): void;
  encryptString(text: string): Buffer;
  decryptString(sealed: Buffer): string;
}

/** Once the app is ready; the system is asked anew each time, for a keychain may be unlocked later. */
export function electronKeychain(storage: SafeStorage, platform: NodeJS.Platform = process.platform): Keychain {
  const weak = (): boolean => {
    if (platform !== 'linux') return false;
    const backend = storage.getSelectedStorageBackend?.() ?? 'unknown';
    return backend === 'basic_text' || backend === 'unknown';
  };
  return {
    get kind() {
      if (weak()) return storage.setUsePlainTextEncryption ? 'plain' : 'none';
      return storage.isEncryptionAvailable() ? 'system' : 'none';
    },
    seal(key, plain) {
      const { kind } = this;
      if (kind === 'none' || (kind === 'plain' && !plain)) return null;
      if (kind === 'plain') storage.setUsePlainTextEncryption?.(true);
      return storage.encryptString(key).toString('base64');
    },
    open(sealed) {
      try {
        if (this.kind === 'plain') storage.setUsePlainTextEncryption?.(true);
        return storage.decryptString(Buffer.from(sealed, 'base64'));
      } catch {
        return null;
      }
    },
  };
}
