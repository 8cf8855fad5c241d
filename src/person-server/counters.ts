// A resource's own counters: what a mission has spent there in all, asked without the agent in between
// (draft-hardt-aauth-budgets §usage-counters).
import { z } from 'zod';
import { signRequest } from '#aauth/signed-fetch.ts';
import { type Consumed, isAlike } from '#person-server/budget.ts';
import { metadataInTime } from '#person-server/introduce.ts';
import type { Server } from '#person-server/server.ts';
import { noteConsumed, noteTotal, type Purse, spendingOf } from '#person-server/spending.ts';
import { isWebAddress } from '#person-server/web-address.ts';

const Counters = z.object({
  as_of: z.number().int().nonnegative().max(1e11),
  usage: z
    .array(z.object({ unit: z.string(), decimals: z.number(), all_time: z.number().int().nonnegative() }))
    .max(100),
});

/** An ask does not wait longer than this for a count. */
const patienceMs = 3_000;

/**
 * Brings a purse up to date with what its resource reports: the records that came with the resource token, and where a
 * person has filled the purse and the resource counts, its total. A count that cannot be had changes nothing: what was
 * granted then counts as spent.
 */
export async function takeReports(server: Server, purse: Purse, records: readonly Consumed[]) {
  const { store } = server;
  await noteConsumed(store, purse, records, server.now());
  const { allowed } = await spendingOf(store, purse, server.now());
  if (allowed === 0) return;
  const count = await askForTotal(server, purse);
  if (count) await noteTotal(store, purse, count.total, count.asOf);
}

async function askForTotal(server: Server, { resource, missionS256, unit, decimals }: Purse) {
  const metadata = await metadataInTime(server, resource, 'aauth-resource.json');
  const url = metadata?.usage_endpoint;
  if (typeof url !== 'string' || !isWebAddress(url, server)) return undefined;
  const unsigned = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ mission_s256: missionS256 }),
  };
  const headers = await signRequest(url, unsigned, {
    kind: 'server',
    key: await server.keys.signing(),
    issuer: server.issuer,
    dwk: 'aauth-person.json',
  });
  const answer = await server.egress.fetch(url, { ...unsigned, headers, timeoutMs: patienceMs });
  if (answer.kind === 'refused' || answer.status !== 200) return undefined;
  const read = readCounters(answer.body);
  if (!read) return undefined;
  // A unit it does not list has metered nothing; a count from the future is one from now.
  const counted = read.usage.find((each) => isAlike(each, { unit, decimals }));
  const asOf = new Date(Math.min(read.as_of * 1000, server.now().getTime()));
  return { total: counted?.all_time ?? 0, asOf };
}

/** What a usage endpoint answered, as far as it is what it should be. */
export function readCounters(body: Uint8Array): z.infer<typeof Counters> | undefined {
  try {
    return Counters.parse(JSON.parse(Buffer.from(body).toString('utf8')));
  } catch {
    return undefined;
  }
}
