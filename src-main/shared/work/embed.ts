import type { ErrorFacts } from '../errors.ts';
import type { GenerateParams } from './generate.ts';

/** Passages whose vectors an encoder makes. */
export interface EmbedParams {
  model: GenerateParams['model'];
  passages: PassageToEmbed[];
  threads: number;
}
export interface PassageToEmbed {
  /** Its row. */
  key: number;
  headings: string[];
  text: string;
}
export interface EmbedResult {
  /** SHA-256 of what makes the vectors: those of two encoders are not compared. */
  identity: string;
}

/** As it is stored: of length 1, 32-bit floats, the least byte first. */
export interface EmbeddedPassage {
  key: number;
  vector: Uint8Array;
}
/** What came of some of them. */
export interface EmbeddedPassages {
  identity: string;
  passages: EmbeddedPassage[];
}

/** What is asked of the process that keeps an encoder open. */
export interface EncoderQuestion {
  id: number;
  model: GenerateParams['model'];
  text: string;
  threads: number;
}
export type EncoderAnswer = { id: number } & (
  { ok: true; identity: string; vector: Float32Array } | { ok: false; error: ErrorFacts }
);
