import { AtelierError } from '../../shared/errors.ts';

/** Files that people drop among their data and that hold no samples, told by their first bytes. */

export interface NoData {
  /** `lfs_pointer`, `web_page`, `document_file`, `model_file`, `program_file`, `unread_format`, `archive_inside`. */
  code: string;
  /** "is a …" */
  what: string;
  /** What to do, as a sentence of its own. */
  advice: string;
}

/** How many first bytes `noDataIn` wants to see. */
export const noDataHeadBytes = 4096;

export const noDataError = (name: string, { code, what, advice }: NoData): AtelierError =>
  new AtelierError(code, `${name} ${what}. ${advice}`);

interface Head {
  bytes: Uint8Array;
  /** A character a byte. */
  text: string;
  name: string;
}

interface Kind extends NoData {
  is(head: Head): boolean;
}

const at =
  (offset: number, ...marks: string[]) =>
  ({ text }: Head): boolean =>
    marks.some((mark) => text.startsWith(mark, offset));
const called =
  (pattern: RegExp) =>
  ({ name }: Head): boolean =>
    pattern.test(name);
const isBinary = ({ bytes }: Head): boolean => bytes.includes(0);

const asArrays = 'Save its arrays as .npz (numpy.savez), or its table as CSV or Parquet, and import that.';
const asTable = 'Save its table as CSV or Parquet, and import that.';
const program = 'Import the data itself: tables, images, sounds or texts.';
const onnx = 'Models go to "atelier predict" or, in the window, to Label and Playground; import the data.';
const weights =
  'A language model is opened in the Playground by its whole folder; import the data, or save arrays as .npz.';
const frames = 'Take pictures out of it (ffmpeg -i FILE frame-%05d.jpg), and import their folder.';

/** What a pickle may begin with, after its protocol (Python's pickletools). */
const pickled = '\x95}](cXKJG\x8cNqU\x8a)';
/** Field and type of what may follow an ONNX model's version (onnx.proto's ModelProto). */
const onnxFields: readonly number[] = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42];

const kinds: readonly Kind[] = [
  {
    ...{ code: 'lfs_pointer', what: 'is a Git LFS pointer, not the file that it stands for' },
    advice: 'Fetch that with "git lfs pull" in its repository, or download it from its page, and import it then.',
    is: at(0, 'version https://git-lfs.github.com/spec/'),
  },
  {
    ...{ code: 'web_page', what: 'is a web page and no data' },
    advice: 'If you meant to download a file, take its own link ("Download", "Raw"); the page itself is not imported.',
    is: ({ text }) =>
      /^(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*<(!doctype html|html|head)[\s>]/i.test(text),
  },
  {
    ...{ code: 'document_file', what: 'is a PDF document' },
    advice: 'Save a table in it as CSV; a text is asked in the Playground ("atelier documents add").',
    is: at(0, '%PDF-'),
  },
  {
    ...{ code: 'document_file', what: 'is a document in RTF' },
    advice: 'Save it as plain text (.txt), or a table in it as CSV, and import that.',
    is: at(0, '{\\rtf'),
  },
  {
    ...{ code: 'document_file', what: 'is a document of an old Word, PowerPoint or Outlook' },
    advice: 'Save it as plain text (.txt), or a table in it as CSV, and import that.',
    is: (head) => at(0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')(head) && called(/\.(doc|dot|ppt|pps|msg)$/i)(head),
  },
  { code: 'unread_format', what: 'is an HDF5 file', advice: asArrays, is: at(0, '\x89HDF\r\n\x1a\n') },
  { code: 'unread_format', what: 'is a MATLAB file', advice: asArrays, is: at(0, 'MATLAB 5.0 MAT-file') },
  {
    ...{
      code: 'unread_format',
      what: 'is a Python pickle, which could run any program when it is opened and never is',
    },
    advice: asArrays,
    is: ({ bytes, text, name }) =>
      (bytes[0] === 0x80 && bytes[1] >= 2 && bytes[1] <= 5 && pickled.includes(text[2])) ||
      (/\.(pkl|pickle|p)$/i.test(name) && /^(\(?[dl]p\d+\n|\(|c[\w.]+\n\w+\n)/.test(text)),
  },
  { code: 'unread_format', what: 'is an Arrow or Feather file', advice: asTable, is: at(0, 'ARROW1\0\0') },
  {
    code: 'unread_format',
    what: 'is an ORC file',
    advice: asTable,
    is: (head) => at(0, 'ORC')(head) && isBinary(head),
  },
  { code: 'unread_format', what: 'is an Avro file', advice: asTable, is: at(0, 'Obj\x01') },
  { code: 'unread_format', what: 'is a SQLite database', advice: asTable, is: at(0, 'SQLite format 3\0') },
  { code: 'unread_format', what: 'is a DuckDB database', advice: asTable, is: at(8, 'DUCK') },
  {
    code: 'unread_format',
    what: 'is an Access database',
    advice: asTable,
    is: at(4, 'Standard Jet DB', 'Standard ACE DB'),
  },
  { code: 'unread_format', what: 'is an SPSS file', advice: asTable, is: at(0, '$FL2', '$FL3') },
  { code: 'unread_format', what: 'is a Stata file', advice: asTable, is: at(0, '<stata_dta>') },
  { code: 'unread_format', what: 'is a SAS file', advice: asTable, is: at(12, '\xc2\xea\x81\x60\xb3\x14\x11\xcf') },
  {
    ...{ code: 'unread_format', what: 'holds objects of R', advice: asTable },
    is: at(0, 'X\n\0\0\0', 'RDX2\n', 'RDX3\n', 'RDA2\n'),
  },
  {
    ...{ code: 'unread_format', what: 'is a TFRecord file', advice: asArrays },
    is: (head) => called(/\.tfrecords?([-.]|$)/i)(head) && isBinary(head),
  },
  {
    ...{ code: 'unread_format', what: 'is an SQL script' },
    advice: 'Load it into its database and save each table as CSV.',
    is: ({ text }) =>
      /^(\xef\xbb\xbf)?(\s|--[^\n]*\n|\/\*[^]*?\*\/;?)*(create (temp(orary)? )?table|insert into|drop table|create database|pragma \w|begin transaction|set @?\w+\s*=)/i.test(
        text,
      ) && /;/.test(text),
  },
  {
    ...{ code: 'unread_format', what: 'is a DICOM image' },
    advice: 'Convert it to PNG, and import the folder of those.',
    is: at(128, 'DICM'),
  },
  {
    ...{ code: 'unread_format', what: 'is a NIfTI volume' },
    advice: 'Save its slices as PNG, or the array as .npy, and import that.',
    is: at(344, 'n+1\0', 'ni1\0'),
  },
  {
    ...{ code: 'unread_format', what: 'is a video', advice: frames },
    is: (head) =>
      (at(4, 'ftypisom', 'ftypiso', 'ftypmp4', 'ftypM4V', 'ftypqt', 'ftypavc1', 'ftypMSNV', 'ftyp3g')(head) ||
        (at(0, 'RIFF')(head) && at(8, 'AVI ')(head)) ||
        at(0, '\x1a\x45\xdf\xa3', 'FLV\x01')(head)) &&
      !called(/\.(m4a|mka|weba|aac)$/i)(head),
  },
  { code: 'model_file', what: 'is a language model in GGUF', advice: weights, is: at(0, 'GGUF') },
  {
    ...{ code: 'model_file', what: "holds a model's tensors (safetensors)", advice: weights },
    // The header's length in eight bytes, then JSON.
    is: ({ text }) => text.startsWith('\0\0\0{"', 5) || text.startsWith('\0\0\0{ ', 5),
  },
  { code: 'model_file', what: 'is a TensorFlow Lite model', advice: program, is: at(4, 'TFL3') },
  {
    ...{ code: 'model_file', what: 'is an ONNX model', advice: onnx },
    // A message of protobuf: the version first, then who made it, the graph or its operators.
    is: (head) =>
      head.bytes[0] === 8 &&
      head.bytes[1] > 0 &&
      head.bytes[1] <= 20 &&
      onnxFields.includes(head.bytes[2]) &&
      (isBinary(head) || called(/\.onnx$/i)(head)),
  },
  {
    ...{ code: 'model_file', what: 'is a TensorFlow model', advice: program },
    is: (head) => called(/\.pb$/i)(head) && isBinary(head),
  },
  {
    ...{ code: 'program_file', what: 'is a notebook: a program with its output' },
    advice: 'Import the data that it reads.',
    is: ({ text }) =>
      /^\s*\{/.test(text) && /"nbformat"\s*:|^\s*\{\s*"cells"\s*:\s*\[\s*\{[^]*"cell_type"\s*:/.test(text),
  },
  {
    ...{ code: 'program_file', what: 'is a program', advice: program },
    is: (head) =>
      (at(0, 'MZ')(head) && isBinary(head)) ||
      at(
        0,
        ...['\x7fELF', '\0asm', '\xfe\xed\xfa\xce', '\xfe\xed\xfa\xcf', '\xcf\xfa\xed\xfe', '\xce\xfa\xed\xfe'],
        ...['\xca\xfe\xba\xbe', '#!/', '#! /'],
      )(head),
  },
];

/** What a file is that begins so and holds no data; null for one that may. What it is called only decides where the bytes leave it open. */
export function noDataIn(bytes: Uint8Array, name: string): NoData | null {
  const head: Head = { bytes, text: Buffer.from(bytes.subarray(0, noDataHeadBytes)).toString('latin1'), name };
  return kinds.find((kind) => kind.is(head)) ?? null;
}

const office = 'Save it as plain text (.txt), or a table in it as CSV, and import that.';

/** A text's own words may be those of a page, a program, anything; only what Git leaves in its place is none. */
export function noTextIn(bytes: Uint8Array, name: string): NoData | null {
  const found = noDataIn(bytes, name);
  return found?.code === 'lfs_pointer' ? found : null;
}

/** An archive in an archive, by its name and first bytes; documents that are archives inside are what they are called. */
export function innerArchive(bytes: Uint8Array, name: string): NoData | null {
  const packed = /\.(zip|tar|tgz|tbz2?|bz2|xz|txz|zst|7z|rar)$/i.test(name) && !isText(bytes);
  if (!packed) return null;
  const advice = 'Unpack the outer archive, and import the folder.';
  return { code: 'archive_inside', what: 'is an archive inside an archive, which is not looked into', advice };
}

const isText = (bytes: Uint8Array): boolean => !bytes.subarray(0, 512).some((byte) => byte < 9);

/** The same of a ZIP archive, by what lies in it; most documents and models are one. */
export function noDataInZip(names: readonly string[], mimetype: string): NoData | null {
  const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
  if (has(/^word\/document\.xml$/)) return { code: 'document_file', what: 'is a Word document', advice: office };
  if (has(/^ppt\/presentation\.xml$/))
    return { code: 'document_file', what: 'is a PowerPoint presentation', advice: office };
  if (mimetype.startsWith('application/epub')) return { code: 'document_file', what: 'is an e-book', advice: office };
  if (/opendocument\.(text|presentation|graphics)/.test(mimetype))
    return { code: 'document_file', what: 'is an OpenDocument text or presentation', advice: office };
  if (has(/(^|\/)data\.pkl$/) && has(/(^|\/)(version|data\/\d+)$/)) {
    const advice = 'Export the model as ONNX to use it here; import the data, or save tensors as .npz (numpy.savez).';
    return { code: 'model_file', what: "is a PyTorch checkpoint: a model's weights", advice };
  }
  if (has(/^model\.weights\.h5$/)) return { code: 'model_file', what: 'is a Keras model', advice: program };
  if (has(/^META-INF\/MANIFEST\.MF$/) || has(/^AndroidManifest\.xml$/))
    return { code: 'program_file', what: 'is a program (Java or Android)', advice: program };
  return null;
}
