// The store of the bench: how it is filled with other work, how its hot statements are planned, what it costs.
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

/** Opens a connection beside the server's. */
export async function openStoreOfBench(url: string) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    /**
     * Brings the store to `count` missions, log entries and pending requests. The missions are those agents' own, the entries
     * are in the missions they work in, the requests are other agents' (an agent's own are limited).
     */
    async fill(count: number, missions: readonly string[]) {
      await client.query(
        `insert into person_server.mission (s256, person, agent_iss, agent_sub, blob, description, request_id, approved_at, last_activity_at)
         select 'filler-' || n, person, agent_iss, agent_sub, blob, 'filler', 'filler-' || n, now(), now()
         from generate_series(1, $1::int) n
         join person_server.mission on s256 = ($2::text[])[1 + n % cardinality($2::text[])] on conflict do nothing`,
        [count, missions],
      );
      const each = Math.ceil(count / missions.length);
      await client.query(
        `with counted as (
           update person_server.mission set log_seq = log_seq + $1 where s256 = any ($2::text[]) returning s256, log_seq
         )
         insert into person_server.log_entry (mission_s256, seq, at, kind, source, agent)
         select s256, log_seq - n, now(), 'audit', 'agent', 'filler' from counted, generate_series(0, $1 - 1) n`,
        [each, missions],
      );
      await client.query(
        `insert into person_server.request (id, pending, code, type, state, digest, person, agent_iss, agent_sub, agent_new, asserted, wanted, opened_at, deadline, expires_at)
         select 'filler-' || n, 'filler-' || n, 'F' || n, 'permission', 'open', 'd', 'somebody', 'https://elsewhere.example', 'aauth:a' || n || '@elsewhere.example', true, '{}', '{}', now(), now() + interval '1 day', now() + interval '1 day'
         from generate_series(1, $1::int) n on conflict do nothing`,
        [count],
      );
      await this.settle();
    },
    /** What filling or working has left to be done is done before anything is measured. */
    async settle() {
      await client.query('vacuum analyze');
      await client.query('checkpoint');
    },

    /** Milliseconds of processor time all of Postgres has used; undefined where that cannot be read. */
    async cpuMs(): Promise<number | undefined> {
      const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
      const own = await readStat(String(rows[0]?.pid));
      if (!own) return undefined;
      const every = await Promise.all(
        (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(readStat),
      );
      const family = every.filter((stat) => stat && (stat.parent === own.parent || stat.pid === own.parent));
      return family.reduce((sum, stat) => sum + (stat?.ticks ?? 0), 0) * 10;
    },
    /** How many rows each table has, and how many of them sequential scans have read so far. */
    async scans() {
      const { rows } = await client.query<{ table: string; live: number; read: number }>(
        `select relname as table, n_live_tup as live, seq_tup_read as read from pg_stat_user_tables
         where schemaname = 'person_server'`,
      );
      return rows;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}

/** Ticks of a hundredth of a second; those of children that ended count for their parent. */
async function readStat(pid: string) {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  // The second member, a name in parentheses, may hold anything.
  const members = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  if (!members) return undefined;
  const [, parent] = members;
  const ticks = [11, 12, 13, 14].reduce((sum, at) => sum + Number(members[at]), 0);
  return { pid: Number(pid), parent: Number(parent), ticks };
}
