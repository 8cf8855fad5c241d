// The product as `chaperone serve` runs it, at the tempo of a story: `brisk`, or `impatient` where a shared store keeps
// what a dead process held until its lease ends.
import { once } from 'node:events';
import { readConfig } from '#config.ts';
import { openLog } from '#log.ts';
import { openChaperone } from '#main.ts';
import { brisk, impatient } from './tempo.ts';

const config = readConfig();
const tempo = 'url' in config.store ? impatient : brisk;
await using _ = await openChaperone(config, openLog(config.log), tempo);
await once(process, 'SIGTERM');
