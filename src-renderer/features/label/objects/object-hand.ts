import type { Action } from '../../../state/actions.svelte.ts';
import { attempt, notify } from '../../../ui/toasts.ts';
import { format } from '../../../words/format.ts';
import { m } from '../../../words/messages.ts';
import { actWords } from '../label-acts.ts';
import { boundAct, type Bound } from '../label-keys.ts';
import { label } from '../label.svelte.ts';
import { tools } from './editor.ts';
import { objectActs, type ObjectAct } from './object-acts.ts';
import { objects } from './objects.svelte.ts';

type Why = () => string | undefined;

/** What can be done to the shapes of the image in front. Arrows and the like mean the shapes only while some are selected, and the samples else. */
export function objectActions(keys: ReadonlyMap<string, string>, bound: Bound): Action[] {
  const { editor } = objects;
  const words = new Map<string, () => string>(objectActs.map(({ id, word }) => [id, word]));
  const action = (id: ObjectAct, run: () => void, why: Why = () => undefined): Action => ({
    id: `object.${id}`,
    name: words.get(id)!,
    section: m.place_label,
    place: 'label',
    keys: keys.get(id),
    why,
    run: () => {
      run();
      objects.touch();
    },
  });
  /** In place of what the place does by this name. */
  const instead = (act: 'accept' | 'reject' | 'clear', run: () => void, why: Why = () => undefined): Action => ({
    ...action('remove', run, why),
    id: `label.${act}`,
    name: actWords[act],
    keys: boundAct(bound, act),
  });
  const some = objects.selected.size > 0;
  const pointing = objects.pointer !== null;
  const held = pointing && objects.state.pressed;
  const drawing = ['open', 'points', 'clicks'].includes(objects.state.draft?.kind ?? '');
  const unclassed: Why = () => (label.pen === null ? m.object_why_no_class() : undefined);
  const unchosen: Why = () => (objects.selected.size === 0 ? m.object_why_none() : undefined);
  const unsuggested: Why = () => (objects.suggestions.length === 0 ? m.label_why_no_suggestion() : undefined);
  const shapeless: Why = () => (objects.scene.list.length === 0 ? m.object_why_no_shapes() : undefined);
  const chosen = () => [...objects.selected];
  const next = label.queue.samples[label.queue.at + 1] as number | undefined;

  const moves = [
    ['left', -1, 0],
    ['right', 1, 0],
    ['up', 0, -1],
    ['down', 0, 1],
  ] as const;
  const sizes = [
    ['narrower', -1, 0],
    ['wider', 1, 0],
    ['lower', 0, -1],
    ['taller', 0, 1],
  ] as const;

  /** The keys that move shapes move the pointer, which has them while it is there. */
  const steered = (id: ObjectAct, name: () => string, x: number, y: number, by: 'pixels' | 'shares'): Action => ({
    ...action(id, () => objects.movePointer(x, y, by)),
    name,
  });
  const steering = moves.flatMap(([id, x, y], i) => [
    action(id, () => objects.movePointer(x, y, 'pixels')),
    action(`${id}10`, () => objects.movePointer(10 * x, 10 * y, 'pixels')),
    steered(sizes[i][0], () => m.object_by_tenth({ act: words.get(id)!() }), x / 10, y / 10, 'shares'),
  ]);
  const unseen: Why = () => (objects.scene.size.width > 1 ? undefined : m.label_why_none());

  return [
    ...(pointing ? steering : []),
    ...(some && !pointing
      ? [
          ...moves.flatMap(([id, x, y]) => [
            action(id, () => editor.nudge(x, y)),
            action(`${id}10`, () => editor.nudge(10 * x, 10 * y)),
          ]),
          ...sizes.flatMap(([id, x, y]) => [
            action(id, () => editor.stretch(x, y)),
            action(`${id}10`, () => editor.stretch(10 * x, 10 * y)),
          ]),
        ]
      : []),
    action('pointer', () => objects.point(), unseen),
    ...(pointing
      ? [
          action('press', () => objects.pressPointer()),
          // Of keypoints: a hidden one; of clicks: what is not meant.
          action('pressOther', () => objects.pressPointer({ shift: true, alt: objects.tool === 'click' })),
        ]
      : []),
    ...(held ? [action('finish', () => objects.pressPointer())] : []),
    ...(drawing ? [action('finish', () => editor.finish())] : []),
    ...(held ? [instead('clear', () => void editor.escape())] : []),
    ...(drawing ? [instead('clear', () => editor.backOne())] : some ? [instead('clear', () => editor.remove())] : []),
    ...(some || drawing || pointing || objects.tool !== 'select'
      ? [
          {
            ...action('select', () => (pointing && !drawing && !held ? objects.point(false) : editor.escape())),
            id: 'object.escape',
            keys: 'esc',
          },
        ]
      : []),
    instead('accept', () => objects.settleSuggestions('accept'), unsuggested),
    instead('reject', () => objects.settleSuggestions('remove'), unsuggested),
    ...tools.map((tool) => {
      const choose = () => (tool === 'click' ? void attempt(() => objects.chooseClick()) : editor.choose(tool));
      return action(tool, choose, tool === 'select' ? undefined : unclassed);
    }),
    action('insert', () => objects.insert(), unclassed),
    action('following', () => void objects.go(1), shapeless),
    action('previous', () => void objects.go(-1), shapeless),
    action(
      'all',
      () => editor.select(objects.scene.items.filter((one) => !one.hidden).map((one) => one.key)),
      shapeless,
    ),
    action('remove', () => editor.remove(), unchosen),
    action('copy', () => objects.carrying.copy(), unchosen),
    action(
      'paste',
      () => objects.carrying.paste(),
      () => (objects.carrying.copied === 0 ? m.object_why_no_copy() : undefined),
    ),
    action(
      'copyOn',
      () =>
        void attempt(async () => {
          const n = await objects.carrying.copyOn(next!);
          label.queue.step(1);
          notify(m.object_copied({ n: format.integer(n) }));
        }),
      () => (next === undefined ? m.object_why_last() : shapeless()),
    ),
    action(
      'interpolate',
      () =>
        void attempt(async () => {
          const n = await objects.carrying.interpolate();
          if (n === null) notify(m.object_no_ends(), undefined, 'warning');
          else notify(m.object_filled({ count: n, n: format.integer(n) }));
        }),
      () => (objects.selected.size === 1 && editor.one?.shape.type === 'box' ? undefined : m.object_why_one_box()),
    ),
    action('hide', () => objects.hide(chosen()), unchosen),
    action('hideAll', () => objects.hideAll(), shapeless),
    action('lock', () => objects.lock(chosen()), unchosen),
    action(
      'seen',
      () => editor.toggleSeen(),
      () => (editor.grip?.at === 'point' ? undefined : m.object_why_no_point()),
    ),
    action('corner', () => editor.nextGrip(), unchosen),
    action(
      'addCorner',
      () => editor.addCorner(),
      () => (editor.grip?.at === 'corner' ? undefined : m.object_why_no_polygon()),
    ),
    action(
      'turn',
      () => editor.turn(),
      () =>
        chosen().some((key) => ['polygon', 'mask'].includes(objects.scene.mark(key)?.shape.type ?? ''))
          ? undefined
          : m.object_why_no_polygon(),
    ),
    action('thinner', () => (editor.radius = Math.max(1, Math.round(editor.radius / 1.25)))),
    action('thicker', () => (editor.radius = Math.min(500, Math.ceil(editor.radius * 1.25)))),
    action('snap', () => (editor.snaps = !editor.snaps)),
    action('cross', () => (objects.cross = !objects.cross)),
    action('in', () => objects.zoom(1.25)),
    action('out', () => objects.zoom(0.8)),
    action('fit', () => objects.viewport.fit()),
    action('actual', () => objects.viewport.actual()),
  ];
}
