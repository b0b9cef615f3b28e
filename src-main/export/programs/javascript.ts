import type { ModelPort } from '../../shared/model-use.ts';
import { namedClasses, quoted, shownOutputs, type Cell, type ProgramFacts } from './facts.ts';

/** For Node, with onnxruntime-node and, for pictures, sharp; of language models with transformers.js. Null where tokens have to be made first. */
export function javascriptProgram(facts: ProgramFacts): string | null {
  const { given, file, task } = facts;
  if (given.kind === 'tokens') return null;
  if (given.kind === 'prompt') return language(file, given.text, given.mask);
  const pictures = given.kind === 'image' || task === 'generation';
  return [
    `// npm install onnxruntime-node${pictures ? ' sharp' : ''}`,
    ...(given.kind === 'sound' ? [`import { readFileSync } from 'node:fs';`] : []),
    `import * as ort from 'onnxruntime-node';`,
    ...(pictures ? [`import sharp from 'sharp';`] : []),
    '',
    `const session = await ort.InferenceSession.create(${quoted(file)});`,
    '',
    ...reading(facts),
    '',
    'const answer = await session.run(feeds);',
    ...telling(facts),
    '',
  ].join('\n');
}

function reading({ given, inputs }: ProgramFacts): string[] {
  const [{ name: input }] = inputs;
  switch (given.kind) {
    case 'image': {
      const { width, height, channels } = given.image;
      return [
        '// Whole in the picture, the rest black, as at import.',
        `const pixels = await sharp("picture.png")`,
        '  .autoOrient()',
        `  .flatten({ background: "#ffffff" })`,
        `  .resize(${width}, ${height}, { fit: "contain", background: "#000000" })`,
        `  .toColourspace(${channels === 1 ? '"b-w"' : '"srgb"'})`,
        '  .raw()',
        '  .toBuffer();',
        `const feeds = { ${quoted(input)}: new ort.Tensor("uint8", pixels, [1, ${height}, ${width}, ${channels}]) };`,
      ];
    }
    case 'sound':
      return [
        `// A WAV file of 16 bits, one channel and ${given.rate} samples a second; of any length.`,
        'const file = readFileSync("sound.wav");',
        'const sound = new Float32Array((file.length - 44) >> 1);',
        'for (let i = 0; i < sound.length; i++) sound[i] = file.readInt16LE(44 + 2 * i) / 32768;',
        `const feeds = { ${quoted(input)}: new ort.Tensor("float32", sound, [1, sound.length]) };`,
      ];
    case 'noise':
      return [
        '// Standard normal numbers, by Box and Muller.',
        'const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());',
        `const noise = Float32Array.from({ length: ${given.size} }, normal);`,
        `const feeds = { ${quoted(input)}: new ort.Tensor("float32", noise, [1, ${given.size}]) };`,
      ];
    case 'cells':
      return [
        '// One row; of several rows each list has as many values, and [rows, 1] in the place of [1, 1].',
        '// Missing: NaN, of texts "".',
        'const feeds = {',
        ...inputs.map((port, i) => `  ${quoted(port.name)}: ${tensor(port, given.cells[i])},`),
        '};',
      ];
    case 'tokens':
    case 'prompt':
      return [];
  }
}

const types: Readonly<Record<string, string>> = { float: 'float32', double: 'float64' };

function tensor({ type }: ModelPort, cell: Cell): string {
  const value = type === 'string' ? quoted(cell === null ? '' : String(cell)) : cell === null ? 'NaN' : String(cell);
  return `new ort.Tensor(${quoted(types[type] ?? type)}, [${value}], [1, 1])`;
}

function telling(facts: ProgramFacts): string[] {
  const { task, classes, outputs } = facts;
  const named = classes.length <= namedClasses;
  const names = `const classes = ${JSON.stringify(classes).replaceAll('","', '", "')};`;
  switch (task) {
    case 'classification':
      return [
        'console.log(answer.label.data[0]);',
        ...(named
          ? [names, 'classes.forEach((name, i) => console.log(name, answer.probabilities.data[i].toFixed(3)));']
          : ['console.log(Math.max(...answer.probabilities.data).toFixed(3));']),
      ];
    case 'multi-label':
      return [
        '// Each class has a probability of its own: it is one of the sample’s from 0.5 on.',
        names,
        'classes.forEach((name, i) => console.log(name, answer.probabilities.data[i].toFixed(3)));',
      ];
    case 'regression':
      return ['console.log(answer.value.data[0]);'];
    case 'generation': {
      const [, height, width, channels] = outputs[0].shape;
      return [
        `const raw = { width: ${width}, height: ${height}, channels: ${channels} };`,
        'await sharp(Buffer.from(answer.image.data), { raw }).png().toFile("made.png");',
      ];
    }
    default:
      return [
        '// The larger the error, the less the sample is like those that were trained on.',
        ...shownOutputs(facts).map(({ name }) => `console.log(${quoted(name)}, answer.${name}.data);`),
      ];
  }
}

function language(folder: string, text: string, mask: string | null): string {
  const [task, lines] =
    mask === null
      ? [
          'text-generation',
          [
            `const [{ generated_text }] = await write(${quoted(text)}, { max_new_tokens: 100, do_sample: true });`,
            'console.log(generated_text);',
          ],
        ]
      : ['fill-mask', [`console.log(await write(${quoted(text)}));`]];
  return [
    '// npm install @huggingface/transformers',
    `import { env, pipeline } from '@huggingface/transformers';`,
    '',
    '// The folder lies beside this program; nothing is downloaded.',
    'env.allowRemoteModels = false;',
    'env.localModelPath = ".";',
    '',
    `const write = await pipeline("${task}", ${quoted(folder)}, { dtype: "fp32" });`,
    ...lines,
    '',
  ].join('\n');
}
