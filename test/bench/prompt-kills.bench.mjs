// Kills the whole app with SIGKILL at random moments, while somebody types in a prompt and a model writes an answer to it. Counts keys that are
// lost though they were pressed more than 100 ms before, words of the answer that are lost though they had been on the screen as long, answers that
// are not marked as cut off, drafts that cannot be undone to their beginning, and databases that are not sound (goal: none of them).
//   npm run bench -- prompt-kills      BENCH_KILLS=100   BENCH_SEED=1
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import { describe, electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';
import { interruptCompletions, listCompletions } from '../../src-main/db/completions.ts';
import { putLanguageModel } from '../../src-main/db/language-models.ts';
import { openStore } from '../../src-main/db/open.ts';
import { redoDraft, undoDraft } from '../../src-main/db/prompt-edits.ts';
import { getDraft, insertPrompt } from '../../src-main/db/prompts.ts';
import { newId } from '../../src-main/shared/ids.ts';
import { usualSettings } from '../../src-main/shared/prompt/prompt.ts';
import { Random } from '../../src-main/shared/random.ts';
import { tinyFolder } from '../support/tiny-llama.ts';

const kills = Number(process.env.BENCH_KILLS ?? 100);
const random = new Random(Number(process.env.BENCH_SEED ?? 1));
/** What is older than this may not be lost. */
const withinMs = 100;
const begin = 'once ';
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export default async function bench() {
  const runtime = electronAtHand();
  if (!runtime) throw new Error('No Electron is set up. Run npm test or npm start first.');
  const screen = process.env.DISPLAY ? null : await startScreen();
  const folder = mkdtempSync(path.join(tmpdir(), 'atelier-prompt-kills-'));
  const workspace = path.join(folder, 'work');
  const sum = { keys: 0, lost: 0, latest: 0, answers: 0, partial: 0, cut: 0, unmarked: 0, unsound: 0 };
  try {
    const id = prepare(workspace, longWinded(tinyFolder(path.join(folder, 'tiny'))));
    console.log(describe(runtime));
    const start = () =>
      _electron.launch({
        executablePath: runtime.binary,
        args: [
          ...(isRoot() ? ['--no-sandbox'] : []),
          `--user-data-dir=${path.join(folder, 'user')}`,
          '--lang=en',
          root,
        ],
        env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: workspace },
        timeout: 60_000,
      });
    // What is left of the one that was killed may be in the way of its graphics.
    const launch = () => start().catch(start);
    let draftBefore = begin;
    for (let i = 0; i < kills; i++) {
      const { text, pressed, shown, killed } = await typeUntilKilled(await launch(), draftBefore);
      const store = open(workspace);
      try {
        if (store.integrity() !== 'ok') sum.unsound++;
        const draft = getDraft(store, id).text;
        draftBefore = draft;
        const before = killed - withinMs;
        sum.keys += pressed.length;
        const sure = pressed.filter((at) => at <= before).length;
        const kept = draft.length - (text.length - pressed.length);
        if (!text.startsWith(draft) || kept < sure) sum.lost += Math.max(1, sure - kept);
        // The oldest key that is not there.
        if (kept < pressed.length) sum.latest = Math.max(sum.latest, killed - pressed[Math.max(0, kept)]);
        interruptCompletions(store);
        const [answer] = listCompletions(store, id, { limit: 1 });
        if (answer) {
          sum.answers++;
          if (answer.status !== 'interrupted' && answer.status !== 'finished') sum.unmarked++;
          if (answer.status === 'interrupted' && answer.texts[0]?.text) sum.partial++;
          const seen = shown.filter(({ at }) => at <= before).at(-1)?.length ?? 0;
          if ((answer.texts[0]?.text.length ?? 0) < seen) sum.cut++;
        }
        if (!undoes(store, id, draft)) sum.unsound++;
      } finally {
        store.close();
      }
      if ((i + 1) % 10 === 0 || i + 1 === kills) tell(i + 1, sum);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
    screen?.stop();
  }
  if (sum.lost + sum.cut + sum.unmarked + sum.unsound > 0) process.exitCode = 1;
}

/** Types at the end of the prompt for a moment that nobody knows, with an answer coming in, then kills. Times as `performance.now()` tells them. */
async function typeUntilKilled(app, text) {
  const page = await app.firstWindow();
  await page.getByTestId('rail-playground').click();
  await page.locator('[data-testid=prompt-editor][data-ready]').waitFor({ timeout: 60_000 });
  await page.getByTestId('prompt-editor').click();
  await page.keyboard.press('ControlOrMeta+End');
  const [pressed, shown] = [[], []];
  await page.keyboard.press('ControlOrMeta+Enter');
  const answer = page.locator('[data-testid=completion]').first();
  await page.locator('[data-testid=completion][data-status=running]').first().waitFor({ timeout: 60_000 });
  // In one of three times the kill may come before the first word.
  if (random.below(3) > 0) await answer.getByTestId('completion-text').getByText(/\S/).waitFor({ timeout: 60_000 });
  const end = performance.now() + 50 + random.below(1500);
  while (performance.now() < end) {
    const key = 'abcdefg '[random.below(8)];
    await page.keyboard.press(key);
    pressed.push(performance.now());
    text += key;
    if (pressed.length % 5 === 0) {
      const length = (await answer.getByTestId('completion-text').allInnerTexts()).join('').length;
      shown.push({ at: performance.now(), length });
    }
    await pause(random.below(40));
  }
  const child = app.process();
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const killed = performance.now();
  child.kill('SIGKILL');
  await gone;
  await app.close().catch(() => undefined);
  return { text, pressed, shown, killed };
}

const open = (workspace) =>
  openStore(workspace, {
    mode: 'write',
    owner: 'the bench',
    migrations: path.join(root, 'migrations'),
    appVersion: '0.0.0-bench',
  });

function prepare(workspace, model) {
  const store = open(workspace);
  const ref = { folder: putLanguageModel(store, newId('model'), model, 1) };
  const id = newId('prompt');
  const settings = { ...usualSettings, maxTokens: 6000, logprobs: 0 };
  insertPrompt(store, { id, name: 'Tale', tags: [], text: begin, bench: { model: ref, variables: {}, settings } }, 1);
  store.close();
  return id;
}

/** It sees so much that it writes for a while, and never ends by itself. */
function longWinded(folder) {
  const file = path.join(folder, 'config.json');
  const config = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, JSON.stringify({ ...config, max_position_embeddings: 16_384, eos_token_id: [] }));
  return folder;
}

/** To its very beginning and back. */
function undoes(store, id, draft) {
  let steps = 0;
  while (undoDraft(store, id, 1)) steps++;
  const first = getDraft(store, id).text;
  for (; steps > 0; steps--) redoDraft(store, id, 1);
  return first === begin && getDraft(store, id).text === draft;
}

function tell(count, sum) {
  console.log(
    `${count} kills: ${sum.keys} keys, ${sum.lost} lost that were older than ${withinMs} ms (the oldest that is lost at all: ${sum.latest.toFixed(0)} ms); ` +
      `${sum.answers} answers, ${sum.partial} kept in part, ${sum.cut} shorter than they were shown, ${sum.unmarked} unmarked; ${sum.unsound} times unsound`,
  );
}
