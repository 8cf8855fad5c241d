// Mission control of a Person Server that states when a mission ends and does not keep to it: it stands before a real one,
// and adds the end to what that one says of a mission.
import { openTestServer } from './aauth-world.ts';

/** Opens the door; what comes before `standBefore` waits for it. */
export async function openLaxEnd() {
  const behind = Promise.withResolvers<string>();
  const ends = new Map<string, Date>();

  const server = await openTestServer(async (request) => {
    const { pathname, search } = new URL(request.url);
    const headers = new Headers(request.headers);
    for (const ours of ['host', 'connection', 'content-length', 'transfer-encoding']) headers.delete(ours);
    const { method } = request;
    const body = method === 'POST' ? await request.text() : null;
    const answer = await fetch(`${await behind.promise}${pathname}${search}`, { method, headers, body });
    const { status } = answer;
    const type = answer.headers.get('content-type') ?? '';
    if (type !== 'application/json') {
      return new Response(answer.body, { status, headers: { 'content-type': type } });
    }
    return Response.json(stated(await answer.json()), { status });
  });

  /** The same with the end of each mission in it. */
  function stated(said: unknown): unknown {
    if (Array.isArray(said)) return said.map(stated);
    if (typeof said !== 'object' || said === null) return said;
    if ('missions' in said) return { ...said, missions: stated(said.missions) };
    const end = 's256' in said && typeof said.s256 === 'string' ? ends.get(said.s256) : undefined;
    return end ? { ...said, expires_at: end.toISOString() } : said;
  }

  return {
    ...server,
    standBefore: (issuer: string) => behind.resolve(issuer),
    /** From now on the mission is said to end then. */
    state: (s256: string, end: Date) => void ends.set(s256, end),
  };
}
