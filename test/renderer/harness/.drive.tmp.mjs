import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { chromium } from 'playwright-core';
const site='/work/main/test-output/harness';
const policy="default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:; worker-src 'self'; connect-src 'self'";
const types={html:'text/html',js:'text/javascript',css:'text/css',woff2:'font/woff2'};
const server=createServer((q,r)=>{const n=new URL(q.url,'http://x').pathname;const f=path.join(site,n==='/'?'index.html':n);if(!existsSync(f))return r.writeHead(404).end();r.writeHead(200,{'content-type':types[path.extname(f).slice(1)]??'application/octet-stream','content-security-policy':policy});createReadStream(f).pipe(r);});
await new Promise(r=>server.listen(0,r));
const browser=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']});
const page=await (await browser.newContext({viewport:{width:1280,height:800}})).newPage();
page.on('console',m=>['error','warning'].includes(m.type())&&console.log('CONSOLE',m.text().slice(0,300)));
page.on('pageerror',e=>console.log('PAGE',e.stack.slice(0,500)));
const ok=(name,value,want=true)=>console.log((JSON.stringify(value)===JSON.stringify(want)?'ok   ':'FAIL ')+name,JSON.stringify(value)===JSON.stringify(want)?'':JSON.stringify(value));
const go=async(q='scenario=still')=>{await page.goto(`http://localhost:${server.address().port}/?${q}`);await page.getByTestId('dataset').first().waitFor();};
const focus=()=>page.evaluate(()=>{const a=document.activeElement;return a?.getAttribute('data-testid')??a?.getAttribute('aria-label')??a?.textContent?.trim().slice(0,30)??a?.tagName});
const id=n=>page.getByTestId(n);
const press=async(...k)=>{for(const x of k)await page.keyboard.press(x);await page.waitForTimeout(60)};

await go();
// places and history
await press('Control+3'); ok('ctrl+3 runs',await id('place-runs').isVisible());
await press('Control+2'); ok('ctrl+2 train',await id('place-train').isVisible());
await press('Alt+ArrowLeft'); ok('back',await id('place-runs').isVisible());
await press('Alt+ArrowRight'); ok('forward',await id('place-train').isVisible());
ok('title',await page.title(),'Train — Atelier — Atelier');
// palette
await press('Control+k'); ok('palette focus',await focus(),'What do you want to do?');
await page.keyboard.type('theme: light'); await press('Enter');
ok('theme light',await page.evaluate(()=>document.documentElement.dataset.theme),'light');
await press('Control+k'); await page.keyboard.type('简体'); await press('Enter');await page.waitForTimeout(100);
ok('locale zh',await page.evaluate(()=>document.documentElement.lang),'zh-CN');
ok('rail zh',await id('rail-data').getAttribute('aria-label'),'数据');
// state kept over locale switch
await id('rail-train').click(); await id('setting-epochs').fill('7'); await press('Control+k'); await page.keyboard.type('english'); await press('Enter'); await page.waitForTimeout(100);
ok('typed kept',await id('setting-epochs').inputValue(),'7');
ok('label en',await page.getByText('Batch size').first().isVisible());
// keys sheet + esc
await page.locator('body').click({position:{x:700,y:300}});
await press('?'); ok('? in place',await id('keys-sheet').isVisible()); await press('Escape'); ok('esc closes',await id('keys-sheet').isVisible(),false);
// ? while typing writes a question mark
await id('run-name').click(); await page.keyboard.type('a?'); ok('? typed',await id('run-name').inputValue(),'a?');
// data table keyboard
await id('rail-data').click(); await page.getByTestId('dataset').filter({hasText:'adult'}).click(); await id('sample-table').waitFor();
await page.waitForTimeout(150);
await id('sample-table').focus(); await press('ArrowDown','ArrowDown','Shift+ArrowDown');
ok('sample selection',await page.locator('[data-testid=sample-table] [aria-selected=true]').count(),2);
await press('End'); await page.waitForTimeout(400); ok('end loads',await page.locator('[data-testid=sample-table] [aria-selected=true]').innerText().then(t=>t.startsWith('32,548')));
await press('Control+1','Control+3','Control+1'); await page.waitForTimeout(100);
ok('scroll kept',await page.evaluate(()=>document.querySelector('[data-testid=sample-table]').scrollTop>800000));
// copy
await page.evaluate(()=>{window.copied='';document.addEventListener('copy',e=>{window.copied=e.clipboardData.getData('text/plain')})});
await id('sample-table').focus(); await press('Control+c'); ok('copied toast',await page.getByText('Copied 1 row').count()>0);
// sort by header keyboard
await page.locator('[data-testid=sample-table] [data-column=age] button').click(); await page.waitForTimeout(700);
ok('sorted asc',await page.locator('[data-testid=sample-table] [data-column=age]').getAttribute('aria-sort'),'ascending');
// resize
const grip=page.locator('[data-testid=sample-table] [data-column=workclass] [data-grip]'); const gb=await grip.boundingBox();
const w0=(await page.locator('[data-testid=sample-table] [data-column=workclass]').boundingBox()).width;
await page.mouse.move(gb.x+4,gb.y+8); await page.mouse.down(); await page.mouse.move(gb.x+64,gb.y+8,{steps:4}); await page.mouse.up();
ok('resized',Math.round((await page.locator('[data-testid=sample-table] [data-column=workclass]').boundingBox()).width-w0),60);
// reorder
const hb=await page.locator('[data-testid=sample-table] [data-column=education]').boundingBox(); const ab=await page.locator('[data-testid=sample-table] [data-column=age]').boundingBox();
await page.mouse.move(hb.x+30,hb.y+10); await page.mouse.down(); await page.mouse.move(ab.x+10,ab.y+10,{steps:6}); await page.mouse.up();
ok('reordered',(await page.locator('[data-testid=sample-table] [data-column]').evaluateAll(l=>l.map(e=>e.dataset.column))).slice(2,4),['education','age']);
ok('sort untouched by drag',await page.locator('[data-testid=sample-table] [data-column=age]').getAttribute('aria-sort'),'ascending');
// runs table: shift and ctrl, compare by key
await id('rail-runs').click(); const rows=page.locator('[data-testid=runs-table] [role=row][data-key]');
await rows.nth(3).click(); await rows.nth(6).click({modifiers:['Shift']}); ok('shift range',await page.locator('[data-testid=runs-table] [aria-selected=true]').count(),4);
await rows.nth(4).click({modifiers:['Control']}); ok('ctrl toggles',await page.locator('[data-testid=runs-table] [aria-selected=true]').count(),3);
await press('c'); ok('compare by key',await id('compare').isVisible());
// chart zoom
await page.waitForTimeout(700);
const ov=page.locator('[data-testid=compare] .overlay').first(); const b=await ov.boundingBox();
await page.mouse.move(b.x+120,b.y+100); await page.mouse.down(); await page.mouse.move(b.x+200,b.y+100,{steps:5}); await page.mouse.up(); await page.waitForTimeout(200);
ok('zoomed',await page.getByRole('button',{name:'Reset zoom'}).count()>0);
await ov.dblclick(); await page.waitForTimeout(100); ok('reset',await page.getByRole('button',{name:'Reset zoom'}).count(),0);
await page.mouse.move(b.x+120,b.y+100); await page.mouse.wheel(0,-300); await page.waitForTimeout(200); ok('wheel zoom',await page.getByRole('button',{name:'Reset zoom'}).count()>0);
await ov.focus(); await press('0'); ok('0 resets',await page.getByRole('button',{name:'Reset zoom'}).count(),0);
// log
await page.getByRole('button',{name:'log',exact:true}).first().click(); await page.waitForTimeout(200); await page.screenshot({path:'/tmp/log.png'});
// legend
await page.locator('.legend .toggle').first().click(); ok('legend hides',await page.locator('.legend .toggle').first().getAttribute('aria-pressed'),'false');
await page.locator('.legend .toggle').nth(1).click({modifiers:['Alt']}); ok('isolates',await page.locator('.legend .toggle[aria-pressed=true]').count(),1);
// png
const [dl]=await Promise.all([page.waitForEvent('download'),page.getByRole('button',{name:'Save as PNG'}).first().click()]); await dl.saveAs('/tmp/chart.png'); ok('png',dl.suggestedFilename(),'Loss - Validation.png');
await press('Alt+ArrowLeft'); ok('back to table',await id('runs-table').isVisible()); ok('selection kept',await page.locator('[data-testid=runs-table] [aria-selected=true]').count(),3);
await id('runs-table').focus(); await press('Escape'); ok('esc clears',await page.locator('[data-testid=runs-table] [aria-selected=true]').count(),0);
await press('Home','Enter'); ok('enter opens',await id('run-page').isVisible());
await id('stop-early').click(); await page.waitForTimeout(400); ok('stopped',await id('run-page').getAttribute('data-status'),'finished');
await id('train-again').click(); await page.waitForTimeout(400); ok('preloaded',await id('setting-epochs').inputValue(),'20');
ok('from words',await page.getByText('settings from glyphs').isVisible());
// why on disabled: tooltip on keyboard focus
await id('setting-epochs').fill('x'); await id('train-button').focus(); await page.waitForTimeout(600); ok('why shown',await page.locator('.tip').innerText().catch(()=>''),'correct “Epochs” first');
ok('disabled kept in tab order',await focus(),'train-button');
// archive undo
await id('rail-data').click(); await page.getByTestId('dataset').filter({hasText:'glyphs'}).click(); await page.waitForTimeout(200); await id('dataset-more').click(); await page.getByRole('menuitem',{name:'Archive'}).click(); await page.waitForTimeout(200);
ok('archived',await page.getByTestId('dataset').count(),3); await page.getByRole('button',{name:'Undo'}).click(); await page.waitForTimeout(200); ok('undone',await page.getByTestId('dataset').count(),4);
// rename
await page.getByTestId('dataset').filter({hasText:'flowers'}).click(); await page.waitForTimeout(200); await id('dataset-more').click(); await page.getByRole('menuitem',{name:'Rename'}).click(); await page.waitForTimeout(100);
ok('rename focus',await focus(),'Name of the dataset'); await page.keyboard.type('meadow'); await press('Enter'); await page.waitForTimeout(300); ok('renamed',await page.getByTestId('dataset').filter({hasText:'meadow'}).count(),1);
// image grid keyboard
await id('image-grid').focus(); await press('ArrowRight','ArrowDown'); ok('grid cursor',await page.locator('[data-testid=image-grid] [aria-selected=true]').count(),1); ok('details follow',await id('sample-details').isVisible());
await press('+'); await press('Escape'); ok('esc clears sample',await id('sample-details').count(),0);
// drop
await page.evaluate(()=>{const d=new DataTransfer();d.items.add(new File(['a'],'x.csv'));for(const k of ['dragenter','dragover','drop'])document.body.dispatchEvent(new DragEvent(k,{dataTransfer:d,bubbles:true,cancelable:true}))});
await id('import-confirm').waitFor(); await page.waitForTimeout(100); ok('name focused',await focus(),'import-name');
await press('Enter'); await page.waitForTimeout(300); ok('dialog closed',await id('import-dialog').count(),0); ok('job',await id('status-jobs').innerText().then(t=>/3 jobs/.test(t)));
// tab order from the rail
await page.evaluate(()=>document.activeElement?.blur()); const order=[]; for(let i=0;i<14;i++){await page.keyboard.press('Tab');order.push(await focus())} console.log(order.join(' > '));
await browser.close(); server.close();
