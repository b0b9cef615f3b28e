import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePdf } from '../support/pdf.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';
import { golden, netFolder, type WrittenBySearch } from '../support/text-nets.ts';
import { tinyEncoder } from '../support/tiny-encoder.ts';
import { tinyConfig, tinyFolder } from '../support/tiny-llama.ts';
import { seq2seqFolder } from '../support/tiny-seq2seq.ts';

/** From an empty playground to an old version that is back. */
describe.runIf(!process.env.ATELIER_TEST_BINARY)('the playground', () => {
  let studio: StudioApp;
  let folder: string;
  const id = (name: string) => studio.page.getByTestId(name);
  const answers = () => studio.page.locator('[data-testid=completion]');
  const ended = (count: number) =>
    expect
      .poll(() => studio.page.locator('[data-testid=completion][data-status=finished]').count(), { timeout: 60_000 })
      .toBe(count);
  /** Types over what is there. */
  const write = async (text: string) => {
    await id('prompt-editor').click();
    await studio.page.keyboard.press('ControlOrMeta+A');
    await studio.page.keyboard.insertText(text);
  };
  /** By the application's menu, as with the mouse. */
  const menu = (item: string) =>
    studio.app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), item);
  const violations: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
    studio = await launchStudio({ folder });
    studio.page.on('console', (line) => {
      if (/Content Security Policy|Refused to/i.test(line.text())) violations.push(line.text());
    });
  });
  afterAll(async () => {
    await studio?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('takes a model by a drop, and a prompt with a variable as it is typed', async () => {
    await id('rail-playground').click();
    await id('playground-empty').waitFor();
    await studio.shot('playground-empty');
    await id('prompt-first').click();
    await studio.drop([tinyFolder(join(folder, 'tiny'))]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('tiny');
    await studio.page.locator('[data-testid=prompt-editor][data-ready]').waitFor();
    // A new prompt is typed at once; what is missing for a run is asked for.
    await studio.page.keyboard.insertText('abc {{who}}');
    await id('variable-who').waitFor();
    await studio.page.keyboard.press('ControlOrMeta+Enter');
    await expect.poll(() => id('variable-who').evaluate((field) => field === document.activeElement)).toBe(true);
    await studio.page.keyboard.insertText('de');
    await expect.poll(() => id('prompt-tokens').innerText()).toBe('6 of 24 tokens');
    // The menu's undo is the editor's own, and that of a field the field's.
    await id('prompt-editor').click();
    await studio.page.keyboard.press('ControlOrMeta+End');
    await studio.page.keyboard.insertText('!');
    const text = () => studio.page.locator('.view-lines').innerText();
    await expect.poll(text).toMatch(/^abc\s\{\{who\}\}!$/);
    await menu('undo');
    await expect.poll(text).toMatch(/^abc\s\{\{who\}\}$/);
    await menu('redo');
    await expect.poll(text).toMatch(/!$/);
    await menu('undo');
    await expect.poll(text).toMatch(/^abc\s\{\{who\}\}$/);
    await id('variable-who').focus();
    await studio.page.keyboard.press('End');
    await studio.page.keyboard.type('f');
    expect(await id('variable-who').inputValue()).toBe('def');
    await menu('undo');
    await expect.poll(() => id('variable-who').inputValue()).not.toBe('def');
    await id('variable-who').fill('de');
    expect(await studio.page.locator('.view-line .mtk1, .view-line [class*=mtk]').count()).toBeGreaterThan(1);
  });

  it('runs with Ctrl+Enter, shows its tokens, and goes on from another one', async () => {
    await id('gen-temperature').fill('0');
    await id('gen-maxTokens').fill('8');
    await id('prompt-editor').click();
    await studio.page.keyboard.press('ControlOrMeta+Enter');
    await ended(1);
    const first = await answers().nth(0).getByTestId('completion-text').innerText();
    await answers().nth(0).getByTestId('show-tokens').click();
    expect(await id('token-perplexity').innerText()).toMatch(/^Perplexity [\d.]+ · [\d.]+ bits a token$/);
    await id('token-view').getByRole('button').nth(2).click();
    const other = id('token-alternatives').getByRole('button').nth(1);
    const token = (await other.locator('code').innerText()).replaceAll('·', ' ');
    await studio.shot('playground-tokens');
    await other.click();
    await ended(2);
    const second = await answers().nth(0).getByTestId('completion-text').innerText();
    expect(second.slice(0, 2)).toBe(first.slice(0, 2));
    expect(second[2]).toBe(token);
    expect(second[2]).not.toBe(first[2]);
  });

  it('keeps caret and scroll while its other views are shown by Alt and a number, and other places by Ctrl and one', async () => {
    const caret = () =>
      studio.page.locator('.cursors-layer .cursor').evaluate((one: HTMLElement) => [one.style.top, one.style.left]);
    await id('prompt-editor').click();
    await studio.page.keyboard.press('ControlOrMeta+End');
    for (let i = 0; i < 4; i++) await studio.page.keyboard.press('ArrowLeft');
    const before = await caret();
    for (const [key, view] of [
      ['Alt+2', 'grid-new'],
      ['Alt+3', 'check-add'],
    ] as const) {
      await studio.page.keyboard.press(key);
      await id(view).first().waitFor();
    }
    await studio.page.keyboard.press('Alt+1');
    await studio.page.locator('[data-testid=prompt-editor][data-ready]').waitFor();
    await expect.poll(caret).toEqual(before);
    await studio.page.keyboard.press('ControlOrMeta+1');
    await expect.poll(() => id('prompt-editor').isVisible()).toBe(false);
    await studio.page.keyboard.press('ControlOrMeta+6');
    await expect.poll(() => id('prompt-editor').isVisible()).toBe(true);
    await expect.poll(caret).toEqual(before);
  });

  it('is renamed from its menu, and the keys stay with its name', async () => {
    await id('prompt-more').click();
    await studio.page.getByRole('menuitem', { name: 'Rename' }).click();
    const field = studio.page.getByRole('textbox', { name: 'Name of the prompt' });
    await expect.poll(() => field.evaluate((one) => one === document.activeElement)).toBe(true);
    await studio.page.waitForTimeout(300);
    await studio.page.keyboard.type('Named');
    await studio.page.keyboard.press('Enter');
    await expect.poll(() => studio.page.locator('h2 button:focus').innerText()).toBe('Named');
    await studio.page.keyboard.press('F2');
    await studio.page.keyboard.type('Untitled prompt');
    await studio.page.keyboard.press('Enter');
    await expect.poll(() => studio.page.locator('h2 button:focus').innerText()).toBe('Untitled prompt');
  });

  it('takes a megabyte at once, says that it is too long, and loses nothing of it', async () => {
    const line = 'once upon a time there was a girl who had a red ball, and so on';
    for (const text of [`${line}\n`.repeat(16_000), line.repeat(16_000)]) {
      await id('prompt-new').click();
      await expect.poll(() => studio.page.locator('.view-lines').innerText()).toBe('');
      await id('prompt-editor').click();
      await studio.page.keyboard.insertText(text);
      await studio.page.keyboard.press('ControlOrMeta+Enter');
      const failed = studio.page.locator('[data-testid=completion][data-status=failed]');
      await failed.waitFor({ timeout: 30_000 });
      expect(await failed.innerText()).toMatch(/tokens long, and the model sees 24/);
      await id('prompt-saved').locator('[data-saved]').waitFor();
      await id('tab-sent').click();
      await expect.poll(() => id('prompt-sent').locator('pre').innerText()).toContain('so on');
      await id('tab-write').click();
      await id('prompt-more').click();
      await id('prompt-archive').click();
      await expect.poll(() => id('prompt').count()).toBe(1);
    }
    await studio.page.getByTestId('prompt').first().click();
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toMatch(/^abc\s\{\{who\}\}/);
  });

  it('takes a model out of its list and puts it back, and a word in the corner is no way out of a dialog', async () => {
    await id('model-chooser').click();
    await studio.page.getByRole('option', { name: 'Language models' }).click();
    await id('models-dialog').waitFor();
    await studio.drop([join(folder, 'tiny')]);
    await studio.page.locator('[data-sonner-toast] [data-close-button]').first().click();
    await id('model-remove').click();
    await id('model-put-back').waitFor();
    await expect.poll(() => id('prompt-run').getAttribute('aria-disabled')).toBe('true');
    await id('model-put-back').click();
    await id('model-remove').waitFor();
    await studio.page.keyboard.press('Escape');
    await expect.poll(() => id('prompt-run').getAttribute('aria-disabled')).toBe(null);
    expect(await id('model-chooser').innerText()).toContain('tiny');
  });

  it('gives an old version back, and keeps what stood there', async () => {
    await write('xyz {{who}}');
    await id('prompt-run').click();
    await ended(3);
    await id('version-1').click();
    expect(await id('version-diff').innerText()).toContain('abc {{who}}');
    await id('version-note').fill('the first one');
    await id('version-note').press('Tab');
    await expect.poll(() => id('version-1').innerText()).toContain('the first one');
    await studio.shot('playground-version');
    await id('version-restore').click();
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toMatch(/abc\s\{\{who\}\}/);
    await expect.poll(() => id('version-2').isVisible()).toBe(true);
    await studio.page.getByLabel('Search prompts').fill('FIRST one');
    await expect.poll(() => id('prompt-hit').innerText()).toContain('Note to v1');
    await studio.shot('playground-search');
    await studio.page.getByLabel('Search prompts').fill('');
  });

  it('includes another prompt, with its variables, and says which version answered', async () => {
    await id('prompt-new').click();
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toBe('');
    await id('prompt-editor').click();
    await studio.page.keyboard.type('{{> Unt');
    await studio.page.locator('.suggest-widget.visible').getByText('Untitled prompt', { exact: true }).waitFor();
    await studio.page.keyboard.press('Enter');
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toMatch(/^\{\{>\sUntitled\sprompt\}\}$/);
    await id('variable-who').fill('de');
    await expect.poll(() => id('prompt-tokens').innerText()).toBe('6 of 24 tokens');
    await id('prompt-run').click();
    await ended(1);
    expect(await id('completion-about').innerText()).toBe('with Untitled prompt v1');
    await write('{{> nobody}}');
    await expect.poll(() => id('prompt-told').innerText()).toBe('There is no prompt “nobody” to include.');
    await expect.poll(() => id('prompt-run').getAttribute('aria-disabled')).toBe('true');
    await studio.page.locator('.squiggly-error').waitFor();
    expect(await studio.page.locator('.view-line [class*=mtk]').count()).toBeGreaterThan(2);
    await studio.shot('playground-include');
    await write('{{> Untitled prompt@1}}');
    await expect.poll(() => id('prompt-told').count()).toBe(0);
    await id('prompt-editor').click();
    await expect.poll(() => id('variable-who').isVisible()).toBe(true);
    await studio.page.keyboard.press('F12');
    await expect.poll(() => answers().count()).toBe(3);
  });

  it('is there again as it was after a start in Chinese, to the last key', async () => {
    await write('kept {{who}} and {{more}}');
    await id('prompt-saved').locator('[data-saved]', { hasText: 'Saved' }).waitFor();
    expect(violations).toEqual([]);
    studio.app.process().kill('SIGKILL');
    await studio.app.close().catch(() => undefined);
    studio = await launchStudio({ folder, locale: 'zh-CN' });
    await id('rail-playground').click();
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toMatch(/kept\s\{\{who\}\}/);
    await expect.poll(() => answers().count()).toBe(3);
    expect(await id('variable-who').inputValue()).toBe('de');
    expect(await id('prompt-saved').innerText()).toBe('已保存');
    expect(await id('prompt-run').getAttribute('aria-disabled')).toBe('true');
    // What was done before the restart is undone, step by step, and made again.
    await id('prompt-editor').click();
    await studio.page.keyboard.press('ControlOrMeta+Z');
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toMatch(/^abc\s\{\{who\}\}$/);
    await studio.page.keyboard.press('ControlOrMeta+Z');
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toMatch(/^xyz\s\{\{who\}\}$/);
    await studio.page.keyboard.press('ControlOrMeta+Y');
    await studio.page.keyboard.press('ControlOrMeta+Shift+Z');
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toMatch(/kept\s\{\{who\}\}/);
    await studio.page.keyboard.type('!');
    await id('prompt-saved').locator('[data-saved]', { hasText: '已保存' }).waitFor();
    await studio.shot('playground-zh');
  });

  it('asks encoders: what class a text is of, what is masked, and how alike texts mean', async () => {
    const id2label = { 0: 'bad', 1: 'so so', 2: 'good' };
    await studio.drop([tinyEncoder(join(folder, 'mood'), { head: 'classifies', config: { id2label } })]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('mood');
    await write('the cat sat. '.repeat(5));
    await id('prompt-run').click();
    await ended(4);
    const bars = answers().nth(0).getByTestId('verdict').getByRole('listitem');
    await expect.poll(() => bars.count()).toBe(3);
    expect(await answers().nth(0).getByTestId('verdict-windows').innerText()).toContain('分 2 段读取');
    await studio.drop([tinyEncoder(join(folder, 'bert'), { head: 'fills' })]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('bert');
    await write('the [MASK] sat [MASK]');
    await id('prompt-run').click();
    await ended(5);
    const masks = answers().nth(0).getByTestId('mask-view').getByTestId('token-alternatives');
    await expect.poll(() => masks.count()).toBe(2);
    const other = masks.nth(0).getByRole('button').nth(1);
    const taken = await other.locator('code').innerText();
    await other.click();
    await ended(6);
    const filled = await answers().nth(0).getByTestId('completion-text').innerText();
    expect(filled).toMatch(new RegExp(`^the ?${taken.replace(/^##/, '').replace(/\W/g, '\\$&')}`));
    await studio.shot('playground-encoders-zh');
    await studio.drop([tinyEncoder(join(folder, 'meaning'), { head: 'embeds' })]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('meaning');
    await id('bench-view-test').click();
    await id('check-add').click();
    await id('check-kind').click();
    await studio.page.getByRole('option', { name: '语义相近' }).click();
    await expect.poll(() => id('check-embedder').innerText()).toContain('meaning');
    await studio.shot('playground-check-embedding-zh');
  });

  it('asks documents that were dropped, and shows the passages that an answer was given', async () => {
    await studio.page.keyboard.press('ControlOrMeta+N');
    await studio.drop([join(folder, 'tiny')]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('tiny');
    await studio.page.keyboard.press('Alt+4');
    await id('documents-empty').waitFor();
    const [notes, manual] = [join(folder, 'a.md'), join(folder, 'b.pdf')];
    writeFileSync(notes, 'abc de');
    writeFileSync(manual, makePdf(['uvw xyz']));
    await studio.drop([notes, manual]);
    await expect.poll(() => id('document').count(), { timeout: 60_000 }).toBe(2);
    await id('documents-question').fill('XYZ');
    await expect.poll(() => id('passage').count()).toBe(1);
    expect(await id('passage').innerText()).toMatch(/b\.pdf[^]*第 1 页[^]*uvw xyz/);
    await studio.shot('playground-documents-zh');
    // By meaning, with the encoder that was dropped before.
    await id('documents-encoder').click();
    await studio.page.getByRole('option', { name: 'meaning' }).click();
    await expect.poll(() => id('documents-encoder').innerText()).toContain('meaning');
    await expect.poll(() => id('documents-encoder-told').count(), { timeout: 60_000 }).toBe(0);
    await expect.poll(() => id('documents-lack').count(), { timeout: 60_000 }).toBe(0);
    await studio.shot('playground-documents-encoder-zh');
    await id('documents-use').click();
    await id('documents-leave').waitFor();
    await studio.page.keyboard.press('Alt+1');
    await expect.poll(() => studio.page.locator('.view-lines').innerText()).toContain('{{passages}}');
    await id('variable-question').fill('abc');
    await id('documents-count').fill('1');
    await expect.poll(() => id('prompt-tokens').innerText()).toContain('15');
    await id('gen-maxTokens').fill('6');
    await id('prompt-run').click();
    await ended(1);
    await id('given-passages').locator('summary').click();
    expect(await id('passage').innerText()).toMatch(/\[1\][^]*a\.md[^]*abc de/);
    await studio.shot('playground-passages-zh');
  });

  it('shows a model examples from a table beside the passages', async () => {
    writeFileSync(join(folder, 'known.csv'), `q,a\n${'f,y\ng,n\n'.repeat(10)}`);
    await studio.drop([join(folder, 'known.csv')]);
    await id('import-confirm').click();
    await id('sample-table').waitFor({ timeout: 60_000 });
    await id('rail-playground').click();
    await write('{{#examples dataset="known" count=1}}\n{{q}}{{a}}\n{{/examples}}\n{{passages}}');
    await id('variable-question').fill('abc');
    await id('tab-sent').click();
    await expect.poll(() => id('prompt-sent').locator('pre').innerText()).toMatch(/^(?:fy|gn)\s+\[1\] a\.md\sabc de/);
    await id('prompt-run').click();
    await ended(2);
    expect(await id('completion-about').first().innerText()).toContain('known');
    await studio.shot('playground-examples-documents-zh');
    await id('tab-write').click();
  });

  it('has a source text translated by a model that writes one text of another', async () => {
    await id('prompt-new').click();
    await studio.drop([seq2seqFolder(join(folder, 'translator'))]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('translator');
    await write('a cat');
    await id('settings-rewrites').waitFor();
    await expect.poll(() => id('prompt-tokens').innerText()).toContain('6');
    await id('gen-maxTokens').fill('5');
    await id('prompt-run').click();
    await ended(1);
    await id('tab-sent').click();
    await studio.shot('playground-source-zh');
  });

  it('takes how it writes from the model’s own description, by a press', async () => {
    const files = {
      'onnx/encoder_model.onnx': 'encoder_model',
      'onnx/decoder_model_merged.onnx': 'decoder_model_merged',
    };
    const { rules, cases } = golden.bart;
    await id('prompt-new').click();
    await studio.drop([netFolder('bart', { files, generation: rules.own })]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('bart');
    await write(cases[0].source);
    await id('own-settings-use').click();
    await id('own-settings-used').waitFor();
    expect(await id('gen-maxTokens').inputValue()).toBe('14');
    await id('prompt-run').click();
    await ended(1);
    const [{ tokens }] = (cases[0].written.own as WrittenBySearch).texts;
    // Without the token that it begins with and its end.
    const letters = tokens.slice(1, -1).map((token) => 'abcdefghijklmnopqrstuvwxyz 0123456'[token - 4] ?? '');
    expect((await id('completion-text').first().innerText()).trim()).toBe(letters.join('').trim());
    await studio.shot('playground-own-settings-zh');
  });

  it('finds what is named in a text, and the answer to a question', async () => {
    const head = (file: string, kind: string, config: object = {}) =>
      netFolder('bert', {
        files: { 'onnx/model.onnx': file },
        config: { architectures: [`BertFor${kind}`], ...config },
      });
    const labels = { 0: 'O', 1: 'B-PER', 2: 'I-PER', 3: 'B-LOC', 4: 'I-LOC' };
    const [{ text, spans }] = golden.bert.named;
    await id('prompt-new').click();
    await studio.drop([head('names', 'TokenClassification', { id2label: labels })]);
    await id('settings-of-teller').waitFor();
    await write(text);
    await id('prompt-run').click();
    await ended(1);
    for (const span of spans) expect(await id('verdict').innerText()).toContain(`${span.start}–${span.end}`);
    await studio.shot('playground-names-zh');

    const [{ question, context, answers }] = golden.bert.asked;
    await id('prompt-new').click();
    await studio.drop([head('answers', 'QuestionAnswering')]);
    await write(`system:\n${context}\n\nuser:\n${question}`);
    await id('prompt-run').click();
    await ended(1);
    await id('verdict-none').waitFor();
    expect(await id('verdict').innerText()).toContain(answers[0].text);
    await studio.shot('playground-answers-zh');
  });

  it('stops with Esc in the editor, and keeps what was written', async () => {
    await studio.page.keyboard.press('ControlOrMeta+N');
    await studio.drop([tinyFolder(join(folder, 'patient'), undefined, { ...tinyConfig, context: 1_000_000 })]);
    await expect.poll(() => id('model-chooser').innerText()).toContain('patient');
    await id('tab-write').click();
    await write('abc');
    await id('gen-maxTokens').fill('100000');
    await id('prompt-editor').click();
    await studio.page.keyboard.press('ControlOrMeta+Enter');
    await id('prompt-stop').waitFor();
    const said = answers().nth(0).getByTestId('completion-text');
    await expect.poll(() => said.innerText()).toMatch(/.{20}/s);
    await studio.page.keyboard.press('Escape');
    await expect.poll(() => answers().nth(0).getAttribute('data-status'), { timeout: 5000 }).toBe('stopped');
    expect((await said.innerText()).length).toBeGreaterThan(20);
    await id('prompt-run').waitFor();
  });
});
