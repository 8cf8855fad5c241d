import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';

/** So many different statements are kept planned on each connection; the ones first said, which are those said every day. */
const mostPlans = 300;

/**
 * A pool whose connections keep the plans of the statements they are told, so that each is parsed and planned once for a
 * connection and not once for each time (PostgreSQL `PREPARE`, by the protocol's named statements).
 *
 * What takes whatever columns there are (`select *`, `returning *`) is planned anew each time: another replica may add a
 * column while this one runs, and PostgreSQL refuses a kept plan whose result has changed.
 */
export function keepPlans(pool: pg.Pool): PostgresPool {
  const names = new Map<string, string>();
  const clients = new WeakMap<pg.PoolClient, PostgresPoolClient>();

  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known !== undefined) return known;
    if (names.size >= mostPlans || !isKept(text)) return undefined;
    const name = `plan ${names.size}`;
    names.set(text, name);
    return name;
  }

  function keeping(client: pg.PoolClient): PostgresPoolClient {
    return {
      query: (async (text: string, values: readonly unknown[]) => {
        const name = nameOf(text);
        return await client.query({ ...(name !== undefined && { name }), text, values: [...values] });
      }) as unknown as PostgresPoolClient['query'],
      release: (destroy) => client.release(destroy),
    };
  }

  return {
    options: pool.options,
    async connect() {
      const client = await pool.connect();
      const known = clients.get(client) ?? keeping(client);
      clients.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

/** Statements that read or write rows, and name what they give back. */
function isKept(text: string): boolean {
  return (
    /^\s*(?:select|insert|update|delete|with)\b/i.test(text) && !/(?:select|returning|\.)\s*\*/i.test(text)
  );
}
