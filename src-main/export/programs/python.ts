import type { ModelPort } from '../../shared/model-use.ts';
import { quoted, shownOutputs, type Cell, type ProgramFacts } from './facts.ts';

/** With onnxruntime and NumPy, and what reads the sample: Pillow, librosa, tokenizers; of language models with Optimum. */
export function pythonProgram(facts: ProgramFacts): string {
  const { given, file } = facts;
  if (given.kind === 'prompt') return language(file, given.text, given.mask);
  const { packages, imports, lines } = reading(facts);
  return [
    `# pip install ${['onnxruntime', 'numpy', ...packages].join(' ')}`,
    ...(tellsClasses(facts) ? ['import json', ''] : []),
    'import numpy as np',
    'import onnxruntime as ort',
    ...imports,
    '',
    `session = ort.InferenceSession(${quoted(file)})`,
    '',
    ...lines,
    '',
    ...telling(facts),
    '',
  ].join('\n');
}

const tellsClasses = ({ task }: ProgramFacts): boolean => task === 'classification' || task === 'multi-label';

interface Reading {
  packages: string[];
  imports: string[];
  lines: string[];
}

function reading({ given, inputs, task }: ProgramFacts): Reading {
  const [{ name: input }] = inputs;
  const made = task === 'generation' ? { packages: ['pillow'], imports: ['from PIL import Image'] } : null;
  switch (given.kind) {
    case 'image': {
      const { width, height, channels } = given.image;
      return {
        packages: ['pillow'],
        imports: ['from PIL import Image, ImageOps'],
        lines: [
          '# Whole in the picture, the rest black, as at import.',
          `picture = ImageOps.exif_transpose(Image.open("picture.png")).convert("RGB")`,
          `picture = ImageOps.pad(picture, (${width}, ${height}), Image.Resampling.LANCZOS, color="black")${channels === 1 ? '.convert("L")' : ''}`,
          `pixels = np.asarray(picture, np.uint8).reshape(1, ${height}, ${width}, ${channels})`,
          `feeds = {${quoted(input)}: pixels}`,
        ],
      };
    }
    case 'sound':
      return {
        packages: ['librosa'],
        imports: ['import librosa'],
        lines: [
          `# One channel of numbers from -1 to 1, ${given.rate} of them a second; of any length.`,
          `sound, _ = librosa.load("sound.wav", sr=${given.rate}, mono=True)`,
          `feeds = {${quoted(input)}: sound[np.newaxis].astype(np.float32)}`,
        ],
      };
    case 'tokens':
      return {
        packages: ['tokenizers'],
        imports: ['from tokenizers import Tokenizer'],
        lines: [
          `tokenizer = Tokenizer.from_file(${quoted(given.tokenizer)})`,
          `tokens = tokenizer.encode(${quoted(given.text)}).ids`,
          `feeds = {${quoted(input)}: np.array([tokens], np.int64)}`,
        ],
      };
    case 'noise':
      return {
        packages: made?.packages ?? [],
        imports: made?.imports ?? [],
        lines: [`feeds = {${quoted(input)}: np.random.standard_normal((1, ${given.size})).astype(np.float32)}`],
      };
    case 'cells':
      return {
        packages: [],
        imports: [],
        lines: [
          '# One row; of several rows each list has as many values.',
          '# Missing: np.nan, of texts "".',
          'feeds = {',
          ...inputs.map((port, i) => `    ${quoted(port.name)}: ${column(port, given.cells[i])},`),
          '}',
        ],
      };
    case 'prompt':
      return { packages: [], imports: [], lines: [] };
  }
}

const numpyTypes: Readonly<Record<string, string>> = {
  string: 'object',
  float: 'np.float32',
  double: 'np.float64',
  int64: 'np.int64',
};

const column = ({ type }: ModelPort, cell: Cell): string =>
  `np.array([${literal(type, cell)}], ${numpyTypes[type] ?? `np.${type}`}).reshape(-1, 1)`;

const literal = (type: string, cell: Cell): string =>
  type === 'string' ? quoted(cell === null ? '' : String(cell)) : cell === null ? 'np.nan' : String(cell);

function telling(facts: ProgramFacts): string[] {
  const { task } = facts;
  const shown = shownOutputs(facts);
  const run = `session.run(${JSON.stringify(shown.map(({ name }) => name)).replaceAll(',', ', ')}, feeds)`;
  switch (task) {
    case 'classification':
      return [
        `labels, probabilities = ${run}`,
        'classes = json.loads(session.get_modelmeta().custom_metadata_map["atelier.classes"])',
        'print(labels[0])',
        'for name, probability in zip(classes, probabilities[0]):',
        '    print(f"{name}: {probability:.3f}")',
      ];
    case 'multi-label':
      return [
        `[probabilities] = ${run}`,
        'classes = json.loads(session.get_modelmeta().custom_metadata_map["atelier.classes"])',
        '# Each class has a probability of its own: it is one of the sample’s from 0.5 on.',
        'for name, probability in zip(classes, probabilities[0]):',
        '    print(f"{name}: {probability:.3f}")',
      ];
    case 'regression':
      return [`[values] = ${run}`, 'print(values[0])'];
    case 'generation':
      return [`[pictures] = ${run}`, 'Image.fromarray(pictures[0].squeeze()).save("made.png")'];
    default:
      return [
        `${shown.map(({ name }) => `${name}s`).join(', ')} = ${run}`,
        '# The larger the error, the less the sample is like those that were trained on.',
        ...shown.map(({ name }) => `print(${quoted(name)}, ${name}s[0])`),
      ];
  }
}

function language(folder: string, text: string, mask: string | null): string {
  const [kind, made] =
    mask === null
      ? [
          'ORTModelForCausalLM',
          ['print(tokenizer.decode(model.generate(**tokens, max_new_tokens=100, do_sample=True)[0]))'],
        ]
      : [
          'ORTModelForMaskedLM',
          [
            'places = tokens["input_ids"][0] == tokenizer.convert_tokens_to_ids(' + quoted(mask) + ')',
            'for guesses in model(**tokens).logits[0][places].topk(5).indices:',
            '    print([tokenizer.decode(token) for token in guesses])',
          ],
        ];
  return [
    '# pip install "optimum[onnxruntime]" transformers torch',
    `from optimum.onnxruntime import ${kind}`,
    'from transformers import AutoTokenizer',
    '',
    `folder = ${quoted(folder)}`,
    'tokenizer = AutoTokenizer.from_pretrained(folder)',
    `model = ${kind}.from_pretrained(folder, subfolder="onnx", file_name="model.onnx")`,
    `tokens = tokenizer(${quoted(text)}, return_tensors="pt")`,
    ...made,
    '',
  ].join('\n');
}
