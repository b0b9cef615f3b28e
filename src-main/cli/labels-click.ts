import { InvalidArgumentError, type Command } from 'commander';
import { AtelierError } from '../shared/errors.ts';
import type { MaskClick } from '../shared/marker.ts';
import type { CommandContext } from './context.ts';
import { count } from './format.ts';
import { owning, tellOutcome, withLabelling, type LabelOptions } from './labelling.ts';
import { idsOf } from './labels-set.ts';
import { integer } from './options.ts';

interface Options extends LabelOptions {
  sample: number;
  encoder: string;
  decoder: string;
  at: [number, number][];
  not?: [number, number][];
  class: string;
  make?: boolean;
}

/** `--at 120,80`, as often as needed. */
function point(text: string, before: [number, number][] = []): [number, number][] {
  const found = /^\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!found) throw new InvalidArgumentError('It is written x,y in pixels of the image, e.g. 120,80.');
  return [...before, [Number(found[1]), Number(found[2])]];
}

export function addLabelsClick(labels: Command, context: CommandContext): void {
  withLabelling(labels.command('click'))
    .description('mark a mask in an image by points in it, as a model of the Segment Anything kind understands them')
    .requiredOption('--sample <n>', 'the image, from 0', integer(0, 2 ** 31 - 1))
    .requiredOption('--encoder <file>', 'its encoder, an .onnx file')
    .requiredOption('--decoder <file>', 'its decoder')
    .requiredOption('--at <x,y>', 'a point of what is meant, in pixels of the image; several times for more', point)
    .option('--not <x,y>', 'a point of what is not meant; several times for more', point)
    .requiredOption('--class <name>', 'the class of the mask')
    .option('--make', 'make the class where there is none of that name')
    .addHelpText(
      'after',
      `
The mask is a mark as any other: "atelier labels undo" takes it back.

JSON: {"changed","classes","canUndo","canRedo","area","box","score"}

Examples:
  $ atelier labels click cells --sample 3 --encoder sam-encoder.onnx --decoder sam-decoder.onnx --at 120,80 --not 200,90 --class WBC`,
    )
    .action((dataset: string, { sample, encoder, decoder, at, not = [], ...options }: Options) =>
      owning(
        context,
        'click',
        dataset,
        { ...options, kind: 'objects' },
        async ({ studio, session, version, state }) => {
          const clicks: MaskClick[] = [
            ...at.map(([x, y]): MaskClick => [x, y, true]),
            ...not.map(([x, y]): MaskClick => [x, y, false]),
          ];
          const paths = [encoder, decoder].map((file) => session.path(file));
          const [its] = await idsOf(studio, state, [options.class], options.make === true);
          const found = await studio.modelMarks.clickMask(version, sample, paths, clicks);
          if (!found)
            throw new AtelierError('nothing_found', 'The model finds nothing meant by these points. Try others.');
          const { mask, box, area, score } = found;
          const shape = { type: 'mask' as const, mask, box, area };
          const outcome = await studio.labels.mark(state.labelling, sample, [{ act: 'put', class: its, shape }]);
          tellOutcome(session, `Marked ${count(area)} pixels as ${options.class}`, outcome, { area, box, score });
        },
      ),
    );
}
