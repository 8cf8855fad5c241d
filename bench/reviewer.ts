// How fast the reviewer's rules follow a log, and what they keep of a mission, at three lengths of log.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type Entry,
  type MissionFacts,
  type MissionTrail,
  observe,
  openTrail,
  verdict,
} from '#reviewer/drift.ts';

const lengths = [100, 1_000, 10_000] as const;
/** Entries followed at each length, so that each takes about as long. */
const followed = 100_000;
/** Missions kept open at once while memory is measured. */
const kept = 10;

const mission: MissionFacts = {
  description:
    'Reconcile the supplier invoices of March for Northwind: read each invoice from the archive, compare it with its order, correct the ledger entry where the amounts differ, and mail a summary to finance@northwind.example. Spend at most 500 euros on scanning.',
  approvedTools: ['archive.search', 'archive.read', 'orders.get', 'ledger.update', 'mail.send'],
  approvedResources: ['https://archive.northwind.example'],
  acceptedUpdates: [],
};

const suppliers = ['Aldgate Paper', 'Birk & Sons', 'Corvo Energy', 'Dunmore Freight', 'Elster Optics'];

/** What an agent does for hours: every entry names new invoices, orders and amounts, results are half a page. */
function entryOf(seq: number): Entry {
  const supplier = suppliers[seq % suppliers.length]!;
  const invoice = `INV-${10_000 + Math.floor(seq / 4)}`;
  const amount = 100 + ((seq * 37) % 900) + 0.5;
  const common = {
    seq,
    kind: 'act',
    answer: 'granted',
    justification: `Reconciling ${supplier} for March.`,
  } as const;
  switch (seq % 4) {
    case 0:
      return {
        ...common,
        action: 'archive.search',
        parameters: { supplier, month: '2026-03', page: seq },
        result: listing(seq),
      };
    case 1:
      return {
        ...common,
        action: 'archive.read',
        parameters: { invoice },
        result: { text: `${page(seq)} Total ${amount} EUR` },
      };
    case 2:
      return {
        ...common,
        action: 'orders.get',
        parameters: { invoice, supplier },
        result: { order: `PO-${seq}`, amount },
      };
    default:
      return {
        ...common,
        action: 'ledger.update',
        parameters: { invoice, amount, note: 'corrected after comparing with the order' },
        result: { ok: true },
      };
  }
}

const listing = (seq: number) => ({
  invoices: Array.from({ length: 6 }, (_, at) => ({
    id: `INV-${10_000 + Math.floor(seq / 4) + at}`,
    supplier: suppliers[at % 5],
  })),
});

const page = (seq: number) =>
  `Invoice for deliveries in March, line ${seq}. Payment within thirty days to account DE${70_000_000 + seq}. Questions to accounts@supplier-${seq % 50}.example or by telephone. Goods remain ours until paid in full.`;

/** Prints entries per second of processor time, so that a busy machine counts for nothing, and bytes per mission. */
export function benchReviewer(): void {
  for (const length of lengths) {
    const log = Array.from({ length }, (_, at) => entryOf(at + 1));
    follow(log);
    const started = process.cpuUsage();
    for (let done = 0; done < followed; done += length) follow(log);
    const { user, system } = process.cpuUsage(started);
    const perSecond = followed / ((user + system) / 1_000_000);
    process.stdout.write(
      `${String(length).padStart(6)} entries a mission: ${Math.round(perSecond).toLocaleString('en')} entries per second of one core, ${Math.round(bytesPerMission(log) / 1024)} kB kept per mission\n`,
    );
  }
}

function follow(log: readonly Entry[]): MissionTrail {
  const trail = openTrail(mission);
  for (const entry of log) observe(trail, entry);
  verdict(trail);
  return trail;
}

/** The middle of five measurements: the engine lets go of code and caches when it pleases. */
function bytesPerMission(log: readonly Entry[]): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const used = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const measured = Array.from({ length: 5 }, () => {
    const trails: MissionTrail[] = [follow(log)];
    const before = used();
    while (trails.length <= kept) trails.push(follow(log));
    const after = used();
    // Read after measuring, so that none of them could be let go before.
    const alive = trails.filter(({ lastSeq }) => lastSeq === log.length).length - 1;
    return (after - before) / alive;
  });
  return measured.sort((a, b) => a - b)[2]!;
}
