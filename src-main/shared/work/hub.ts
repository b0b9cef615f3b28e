/** A language model of Hugging Face's hub. */
export interface HubParams {
  /** Where models go, each in a folder of its own; absolute. */
  folder: string;
  /** As a person names it: `owner/name`, `owner/name@revision`, or its page's address. */
  name: string;
  /** In which numbers; absent: what suits this machine. */
  variant?: string;
  /** False: only tells what would be downloaded. */
  get: boolean;
}

export interface HubVariant {
  /** `full`, `safetensors`, or as its file is called: `fp16`, `q4`. */
  key: string;
  files: number;
  /** Of all its files. */
  bytes: number;
  /** Of these, here already. */
  have: number;
  /** Where it goes, or is. */
  folder: string;
  /** All of it is there. */
  whole: boolean;
}

export interface HubOffer {
  id: string;
  /** The commit that the files are of. */
  commit: string;
  host: string;
  /** Of its page. */
  page: string;
  /** As its card says; null where it says nothing. */
  licence: string | null;
  licenceLink: string | null;
  /** Its terms have to be agreed to on its page, and nobody has said who asks. */
  locked: boolean;
  task: string | null;
  variants: HubVariant[];
  /** The one that was asked for, or suits this machine. */
  chosen: HubVariant;
}
