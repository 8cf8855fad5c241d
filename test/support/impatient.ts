// The product as `chaperone serve` runs it, with leases short enough for a story to wait until they end.
import { once } from 'node:events';
import { readConfig } from '#config.ts';
import { openLog } from '#log.ts';
import { openChaperone } from '#main.ts';

const config = readConfig();
await using _ = await openChaperone(config, openLog(config.log), { cardMs: 2_000, happeningMs: 2_000 });
await once(process, 'SIGTERM');
