/** A work of others that Atelier is made of. */
export interface ThirdParty {
  name: string;
  /** Null where only the package that holds it has one. */
  version: string | null;
  /** As SPDX names it. */
  licence: string;
  homepage: string | null;
  /** The package that holds it in compiled form. */
  inside: string | null;
  /** Its notices and licence, whole. */
  text: string;
}
