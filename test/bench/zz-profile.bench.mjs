import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from 'playwright-core';
import { electronAtHand, electronEnv } from '../../scripts/setup/electron.mjs';
import { isRoot, root } from '../../scripts/setup/paths.mjs';
import { startScreen } from '../../scripts/setup/screen.mjs';
import { benchWorkspace } from './runs.bench.ts';
export default async function bench() {
  const runtime = electronAtHand();
  const workspace = benchWorkspace();
  const screen = process.env.DISPLAY ? null : await startScreen();
  const user = mkdtempSync(path.join(tmpdir(), 'atelier-bench-'));
  const app = await _electron.launch({ executablePath: runtime.binary, args: [...(isRoot() ? ['--no-sandbox'] : []), `--user-data-dir=${user}`, '--lang=en', root], env: { ...process.env, ...electronEnv(runtime), ...screen?.env, ATELIER_WORKSPACE: workspace } });
  const page = await app.firstWindow();
  const id = (n) => page.getByTestId(n);
  await id('rail-runs').waitFor({ timeout: 120000 });
  await app.evaluate(() => {
    const { Session } = process.getBuiltinModule('node:inspector');
    globalThis.s = new Session(); s.connect();
    globalThis.post = (m, p) => new Promise((ok, no) => s.post(m, p, (e, r) => (e ? no(e) : ok(r))));
    globalThis.turns = []; let last = performance.now(); let used = process.cpuUsage();
    setInterval(() => { const now = performance.now(); const { user, system } = process.cpuUsage(used); if (now - last > 9) globalThis.turns.push([now - last - 1, (user + system) / 1000]); last = now; used = process.cpuUsage(); }, 1);
    return post('Profiler.enable').then(() => post('Profiler.setSamplingInterval', { interval: 500 }));
  });
  const phase = async (name, act) => {
    await app.evaluate(() => { globalThis.turns = []; return post('Profiler.start'); });
    await act();
    await page.waitForTimeout(1500);
    const { profile, turns } = await app.evaluate(async () => { const t = globalThis.turns; const p = await post('Profiler.stop'); return { profile: p.profile, turns: t }; });
    writeFileSync(`/tmp/charts-prof-${name}.json`, JSON.stringify(profile));
    const self = new Map(); const by = new Map(profile.nodes.map((n) => [n.id, n]));
    profile.samples.forEach((sid, i) => { const n = by.get(sid); const k = `${n.callFrame.functionName}@${n.callFrame.url.split('/').pop()}:${n.callFrame.lineNumber}`; self.set(k, (self.get(k) ?? 0) + profile.timeDeltas[i] / 1000); });
    console.log(name, 'turns over 9ms [clock,cpu]:', turns.map((t) => t.map((x) => x.toFixed(0)).join('/')).join(' '));
    console.log([...self].sort((a, b) => b[1] - a[1]).slice(0, 9).map(([k, v]) => `   ${v.toFixed(0)} ms ${k}`).join('\n'));
  };
  const rows = page.locator('[data-testid=runs-table] [role=row][data-key]');
  await phase('open', async () => { await id('rail-runs').click(); await rows.nth(5).waitFor(); });
  await phase('filter', async () => { await id('runs-filter').fill('layer_7/statistic_7 < 0.1'); await page.waitForTimeout(800); await id('runs-filter').fill(''); });
  await phase('group', async () => { await id('group-by').click(); const i = page.getByRole('menuitem', { name: 'Optimizer', exact: true }); await i.click(); await page.waitForTimeout(800); await i.click(); await page.keyboard.press('Escape'); });
  await phase('curves', async () => { await rows.nth(1).click(); for (let i = 0; i < 19; i++) await page.keyboard.press('Shift+ArrowDown'); await id('compare-button').click(); await page.waitForTimeout(1500); await page.keyboard.press('Escape'); if (await id('back-to-runs').isVisible()) await id('back-to-runs').click(); });
  await phase('all', async () => { await rows.nth(1).click(); await page.keyboard.press('Control+a'); await id('compare-button').click(); await id('tab-parallel').click(); await page.waitForTimeout(1500); await page.keyboard.press('Escape'); if (await id('back-to-runs').isVisible()) await id('back-to-runs').click();});
  await phase('million', async () => { await rows.first().dblclick(); await page.waitForSelector('[data-testid="chart-loss"] .overlay', { timeout: 60000 }); });
  await app.close(); screen?.stop(); rmSync(user, { recursive: true, force: true });
}
