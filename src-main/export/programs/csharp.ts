import type { ModelPort } from '../../shared/model-use.ts';
import { namedClasses, quoted, shownOutputs, type Cell, type ProgramFacts } from './facts.ts';

/** With Microsoft.ML.OnnxRuntime and, for pictures, ImageSharp. Null where tokens have to be made first. */
export function csharpProgram(facts: ProgramFacts): string | null {
  const { given, file, task } = facts;
  if (given.kind === 'tokens' || given.kind === 'prompt') return null;
  const pictures = given.kind === 'image' || task === 'generation';
  return [
    '// dotnet add package Microsoft.ML.OnnxRuntime',
    ...(pictures ? ['// dotnet add package SixLabors.ImageSharp'] : []),
    'using System;',
    'using System.Collections.Generic;',
    ...(given.kind === 'sound' ? ['using System.IO;'] : []),
    'using System.Linq;',
    'using Microsoft.ML.OnnxRuntime;',
    'using Microsoft.ML.OnnxRuntime.Tensors;',
    ...(pictures
      ? [
          'using SixLabors.ImageSharp;',
          'using SixLabors.ImageSharp.PixelFormats;',
          'using SixLabors.ImageSharp.Processing;',
        ]
      : []),
    '',
    `using var session = new InferenceSession(${quoted(file)});`,
    '',
    ...reading(facts),
    '',
    'using var answers = session.Run(feeds);',
    ...telling(facts),
    '',
  ].join('\n');
}

const pixelOf = (channels: number): string => (channels === 1 ? 'L8' : 'Rgb24');

function reading({ given, inputs }: ProgramFacts): string[] {
  const [{ name: input }] = inputs;
  const feed = (tensor: string): string[] => [
    'var feeds = new List<NamedOnnxValue>',
    '{',
    `    NamedOnnxValue.CreateFromTensor(${quoted(input)}, ${tensor}),`,
    '};',
  ];
  switch (given.kind) {
    case 'image': {
      const { width, height, channels } = given.image;
      return [
        '// Whole in the picture, the rest black, as at import.',
        `using var picture = Image.Load<${pixelOf(channels)}>("picture.png");`,
        'picture.Mutate(each => each.AutoOrient().Resize(new ResizeOptions',
        '{',
        `    Size = new Size(${width}, ${height}), Mode = ResizeMode.Pad, PadColor = Color.Black, Sampler = KnownResamplers.Lanczos3,`,
        '}));',
        `var pixels = new byte[${height} * ${width} * ${channels}];`,
        'picture.CopyPixelDataTo(pixels);',
        ...feed(`new DenseTensor<byte>(pixels, new[] { 1, ${height}, ${width}, ${channels} })`),
      ];
    }
    case 'sound':
      return [
        `// A WAV file of 16 bits, one channel and ${given.rate} samples a second; of any length.`,
        'var file = File.ReadAllBytes("sound.wav");',
        'var sound = Enumerable.Range(0, (file.Length - 44) / 2)',
        '    .Select(i => BitConverter.ToInt16(file, 44 + 2 * i) / 32768f).ToArray();',
        ...feed('new DenseTensor<float>(sound, new[] { 1, sound.Length })'),
      ];
    case 'noise':
      return [
        '// Standard normal numbers, by Box and Muller.',
        'var random = new Random();',
        `var noise = Enumerable.Range(0, ${given.size}).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))`,
        '    * Math.Cos(2 * Math.PI * random.NextDouble()))).ToArray();',
        ...feed(`new DenseTensor<float>(noise, new[] { 1, ${given.size} })`),
      ];
    case 'cells':
      return [
        '// One row; of several rows each array has as many values, and rows, 1 in the place of 1, 1.',
        '// Missing: NaN, of texts "".',
        'var feeds = new List<NamedOnnxValue>',
        '{',
        ...inputs.map(
          (port, i) => `    NamedOnnxValue.CreateFromTensor(${quoted(port.name)}, ${tensor(port, given.cells[i])}),`,
        ),
        '};',
      ];
    case 'tokens':
    case 'prompt':
      return [];
  }
}

const types: Readonly<Record<string, string>> = { float: 'float', double: 'double', string: 'string', int64: 'long' };

function tensor({ type: onnx }: ModelPort, cell: Cell): string {
  const type = types[onnx] ?? onnx;
  const missing = type === 'string' ? '""' : `${type}.NaN`;
  const value =
    cell === null ? missing : type === 'string' ? quoted(String(cell)) : `${cell}${type === 'float' ? 'f' : ''}`;
  return `new DenseTensor<${type}>(new ${type}[] { ${value} }, new[] { 1, 1 })`;
}

function telling(facts: ProgramFacts): string[] {
  const { task, classes, outputs } = facts;
  const named = classes.length <= namedClasses || task === 'multi-label';
  const numbers = (name: string): string =>
    `answers.First(each => each.Name == ${quoted(name)}).AsTensor<float>().ToArray()`;
  const each = [
    `var classes = new[] { ${classes.map(quoted).join(', ')} };`,
    `var probabilities = ${numbers('probabilities')};`,
    'for (var i = 0; i < classes.Length; i++) Console.WriteLine($"{classes[i]}: {probabilities[i]:F3}");',
  ];
  switch (task) {
    case 'classification':
      return [
        'Console.WriteLine(answers.First(each => each.Name == "label").AsTensor<string>().First());',
        ...(named ? each : [`Console.WriteLine(${numbers('probabilities')}.Max().ToString("F3"));`]),
      ];
    case 'multi-label':
      return ['// Each class has a probability of its own: it is one of the sample’s from 0.5 on.', ...each];
    case 'regression':
      return [`Console.WriteLine(${numbers('value')}[0]);`];
    case 'generation': {
      const [, height, width, channels] = outputs[0].shape;
      return [
        'var pixels = answers.First(each => each.Name == "image").AsTensor<byte>().ToArray();',
        `using var picture = Image.LoadPixelData<${pixelOf(Number(channels))}>(pixels, ${width}, ${height});`,
        'picture.SaveAsPng("made.png");',
      ];
    }
    default:
      return [
        '// The larger the error, the less the sample is like those that were trained on.',
        ...shownOutputs(facts).map(
          ({ name }) => `Console.WriteLine(${quoted(`${name}: `)} + string.Join(" ", ${numbers(name)}));`,
        ),
      ];
  }
}
