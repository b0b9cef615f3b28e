import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hubServer } from '../support/hub-server.ts';
import { chunk, openAiServer, stream } from '../support/openai-server.ts';
import { launchStudio, type StudioApp } from '../support/studio-app.ts';
import { tinyFolder } from '../support/tiny-llama.ts';

/** From a name to an answer of the model that came, on a server of this machine that speaks as the hub does. */
describe.runIf(process.platform === 'linux' && !process.env.ATELIER_TEST_BINARY)('a model of the hub', () => {
  const before = { ...process.env };
  const base = mkdtempSync(join(tmpdir(), 'atelier-e2e-'));
  let studio: StudioApp;
  afterAll(async () => {
    await studio?.close();
    process.env = { ...before };
    rmSync(base, { recursive: true, force: true });
  });

  it('is looked up, shown with its licence, downloaded by keys alone, and writes', async () => {
    const source = tinyFolder(join(base, 'source'));
    const files = Object.fromEntries(readdirSync(source).map((name) => [name, readFileSync(join(source, name))]));
    const info = {
      config: { model_type: 'llama' },
      cardData: { license: 'apache-2.0' },
      pipeline_tag: 'text-generation',
    };
    const behaviours = { 'model.safetensors': [{ cutAfter: 1500 }] };
    const server = await hubServer({ id: 'owner/tiny', files, info, behaviours });
    Object.assign(process.env, { XDG_DATA_HOME: join(base, 'data'), HF_ENDPOINT: server.endpoint });
    studio = await launchStudio();
    const { page } = studio;
    const id = (name: string) => page.getByTestId(name);

    await id('rail-playground').click();
    await id('prompt-first').click();
    await id('model-chooser').click();
    await page.keyboard.press('End');
    for (let i = 0; i < 2; i++) await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await id('hub-dialog').waitFor();
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('hub-name');
    await page.keyboard.type('owner/nobody');
    await page.keyboard.press('Enter');
    await id('hub-dialog').getByRole('alert').waitFor();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.type('owner/tiny');
    await page.keyboard.press('Enter');
    await id('hub-variant').waitFor();
    expect(await id('hub-dialog').innerText()).toContain('apache-2.0');
    await studio.shot('playground-hub');
    await id('hub-download').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => id('hub-dialog').count()).toBe(0);

    await expect
      .poll(
        async () => {
          await id('model-chooser').click();
          const found = page.getByRole('option', { name: /tiny/ });
          const there = (await found.count()) > 0;
          if (there) await found.click();
          else await page.keyboard.press('Escape');
          return there;
        },
        { timeout: 60_000 },
      )
      .toBe(true);
    await page.locator('[data-testid=prompt-editor][data-ready]').waitFor();
    await id('prompt-editor').click();
    await page.keyboard.insertText('abc');
    await id('gen-maxTokens').fill('4');
    await id('prompt-run').click();
    await page.locator('[data-testid=completion][data-status=finished]').waitFor({ timeout: 60_000 });
  });

  it('has a remote one beside it, which is asked once somebody agrees, stopped, and told apart; its key lies nowhere', async () => {
    const key = 'sk-test-0123456789abcdef-nowhere';
    let held = false;
    const server = await openAiServer({
      key,
      answer: ({ path }, response, times) => {
        if (path !== '/v1/chat/completions' || times === 0) return;
        held = true;
        stream(response).write(chunk('It is'));
      },
    });
    const { page } = studio;
    const id = (name: string) => page.getByTestId(name);
    await id('model-chooser').click();
    await page.getByRole('option', { name: 'Remote models…' }).click();
    await id('remote-enabled').getByText('On').click();
    await id('remote-add').click();
    await id('endpoint-name').fill('local');
    await id('endpoint-address').fill(server.baseUrl);
    await id('endpoint-key').fill(key);
    await id('endpoint-ask').click();
    await id('endpoint-said').waitFor();
    await expect.poll(() => id('endpoint-models').inputValue()).toBe('tiny\ntiny/two');
    expect(await id('endpoint-key').inputValue()).toBe('');
    await studio.shot('remote-endpoint');
    await id('endpoint-save').click();
    await expect.poll(() => id('endpoint-dialog').count()).toBe(0);
    await id('remote-test').click();
    await id('remote-said').waitFor();
    await studio.shot('remote-settings');

    await id('rail-playground').click();
    await id('model-chooser').click();
    await page.getByRole('option', { name: /local\/tiny\/two/ }).waitFor();
    await studio.shot('remote-chooser');
    await page.getByRole('option', { name: /local\/tiny remote/ }).click();
    await id('prompt-leaves').waitFor();
    await id('prompt-run').click();
    await id('leaving-dialog').waitFor();
    await studio.shot('remote-leaving');
    expect(server.asked.filter(({ path }) => path !== '/v1/models')).toHaveLength(0);
    await id('leaving-yes').click();
    const first = page.locator('[data-testid=completion]').first();
    await expect.poll(() => first.getByTestId('completion-text').innerText()).toBe('You said: abc');
    await first.getByTestId('completion-facts').waitFor();
    await first.getByTestId('show-tokens').click();
    await first.getByTestId('token-view').waitFor();

    await id('prompt-run').click();
    await expect.poll(() => held && first.getByTestId('completion-text').innerText()).toBe('It is');
    await id('prompt-stop').click();
    await page.locator('[data-testid=completion][data-status=stopped]').waitFor();
    await studio.shot('remote-answers');
    await expect.poll(() => server.asked.at(-1)!.closed).toBe(true);

    await page.keyboard.press('Alt+2');
    await id('grid-new').click();
    await id('grid-leaving').waitFor();
    await studio.shot('remote-grid');
    await page.keyboard.press('Escape');
    const places = [studio.workspace, studio.userData, join(base, 'data')];
    const holding = places.flatMap((place) =>
      readdirSync(place, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && readFileSync(join(entry.parentPath, entry.name)).includes(key))
        .map(({ name }) => name),
    );
    expect(holding).toEqual([]);
    expect(studio.output.join('')).not.toContain(key);
  });
});
