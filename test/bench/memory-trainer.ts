// A process that trains one of models.ts for a few steps and prints how much memory it held: { base, peak } in bytes.

import { deep, models } from './models.ts';
import { openTrainer } from './trainer.ts';

const [name, recompute] = process.argv.slice(2);
const model = [...models, deep].find((each) => each.name === name)!;
const held = () => process.resourceUsage().maxRSS * 1024;

const base = held();
const train = await openTrainer(model, 1, { recompute: recompute === 'true' });
await train(6 * model.stepsPerCall);
console.log(JSON.stringify({ base, peak: held() }));
