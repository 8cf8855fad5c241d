// The page a `requirement=interaction` points at. It takes the code, once, and hands its visitor on to whoever can tell who
// they are. Where nobody can, it shows which request this is and sends the person to their own channel: whoever holds the
// code can see the page, so nothing here decides anything.
import { foldInteractionCode } from '#aauth/interaction-code.ts';
import { type Problem, problemResponse } from '#aauth/problem.ts';
import { metadataInTime } from '#person-server/introduce.ts';
import { escapeHtml, page } from '#person-server/page.ts';
import { tellOf } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { agentOf, isOpen, openStates, type RequestRow } from '#person-server/shown.ts';

/** Wrong codes one address may try within a minute (draft §interaction-code-format, rate-limiting). */
const windowMs = 60_000;

/** Counts wrong codes by address; for the life of the process, which is as long as a guesser's patience has to be broken. */
export function openAttempts(limit: number) {
  const wrong = new Map<string, number[]>();
  return {
    mayTry(address: string, now: number): boolean {
      const recent = (wrong.get(address) ?? []).filter((at) => at > now - windowMs);
      if (recent.length) wrong.set(address, recent);
      else wrong.delete(address);
      return recent.length < limit;
    },
    wasWrong(address: string, now: number) {
      if (wrong.size > 10_000) wrong.clear();
      wrong.set(address, [...(wrong.get(address) ?? []), now]);
    },
  };
}

export type Attempts = ReturnType<typeof openAttempts>;

/**
 * `GET /interact?code=`: consumes the code (draft §interaction-code-format: single use) and marks that the person has arrived,
 * which the agent reads as `interacting`. A code used, invented or of a closed request is `410`, of an expired one `408`.
 */
export async function interactionPage(
  server: Server,
  attempts: Attempts,
  request: Request,
  address: string,
): Promise<Response> {
  const { searchParams } = new URL(request.url);
  const typed = searchParams.get('code');
  if (typed === null || typed === '') return page(200, 'Enter your code', form);
  const now = server.now();
  const fail = failing(request);
  if (!attempts.mayTry(address, now.getTime())) {
    const wait = 'Too many wrong codes. Wait a minute and try again.';
    return fail({ status: 429, error: 'slow_down', detail: wait, headers: { 'retry-after': '60' } });
  }
  const code = foldInteractionCode(typed);
  const found = code && (await findByCode(server, code));
  if (!found) {
    attempts.wasWrong(address, now.getTime());
    return fail(invalidCode);
  }
  const callback = await admittedCallback(server, found, searchParams.get('callback'));
  if (found.state === 'expired' || (isOpen(found.state) && found.expiresAt <= now)) {
    return callback ? backTo(callback, 'interaction_expired') : fail(expiredCode);
  }
  if (found.state === 'denied' && callback) return backTo(callback, 'access_denied');
  if (!(await arrive(server, found, now))) return fail(invalidCode);
  if (server.welcome) {
    const errand = errandOf(found);
    return await server.welcome({
      requestId: found.id,
      ...(callback !== undefined && { callback }),
      ...(errand !== undefined && { errand }),
    });
  }
  const back = callback ? `<p><a href="${escapeHtml(callback)}">Return to your agent</a>.</p>` : '';
  return page(200, 'Answer in your channel', describe(found) + back);
}

/**
 * The agent's own way back (draft §user-interaction): only where its provider's metadata says it is, or on loopback where the
 * provider allows that. Anything else would make this page send people wherever a link says.
 */
async function admittedCallback(
  server: Server,
  { agentIss }: RequestRow,
  callback: string | null,
): Promise<string | undefined> {
  if (callback === null) return undefined;
  const metadata = await metadataInTime(server, agentIss, 'aauth-agent.json');
  const onLoopback = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::\d{1,5})?(?:\/|$)/.test(callback);
  const admitted =
    callback === metadata?.callback_endpoint ||
    (metadata?.localhost_callback_allowed === true && onLoopback && URL.canParse(callback));
  return admitted ? callback : undefined;
}

/** Sends the person back with what went wrong (draft §interaction-callback-errors). */
function backTo(callback: string, error: string): Response {
  const address = new URL(callback);
  address.searchParams.set('error', error);
  return new Response(null, {
    status: 303,
    headers: { location: address.href, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  });
}

async function findByCode(server: Server, code: string): Promise<RequestRow | undefined> {
  return await server.store
    .selectFrom('request')
    .selectAll()
    .where('code', '=', code)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
}

async function arrive(server: Server, request: RequestRow, at: Date): Promise<boolean> {
  return await server.store.transaction().execute(async (trx) => {
    const arrived = await trx
      .updateTable('request')
      .set({ arrivedAt: at })
      .where('id', '=', request.id)
      .where('arrivedAt', 'is', null)
      .where('state', 'in', openStates)
      .executeTakeFirst();
    if (!arrived.numUpdatedRows) return false;
    await tellOf(trx, request, at);
    return true;
  });
}

const invalidCode: Problem = {
  status: 410,
  error: 'invalid_code',
  detail: 'This code is not known, or was used before.',
};

const expiredCode: Problem = {
  status: 408,
  error: 'expired',
  detail: 'This request has expired. Ask the agent to start again.',
};

/** A failure as whoever asks can read it: a page for a browser, problem details for anything else. */
function failing(request: Request) {
  const forPeople = /\btext\/html\b/i.test(request.headers.get('accept') ?? '');
  return (problem: Problem) => {
    if (!forPeople) return problemResponse(problem);
    const words = `<p>${problem.detail} (${problem.error})</p>`;
    return page(problem.status, 'This code does not work', words + form, problem.headers);
  };
}

/** What lets a person see that this is not a request of theirs (draft §interaction-code-misdirection): no agent's own words. */
function describe(request: RequestRow): string {
  const { wanted } = request;
  const facts: [string, string][] = [
    ['Agent', agentOf(request).id],
    ['Agent provider', request.agentIss],
    ['Asks for', request.type.replaceAll('_', ' ')],
  ];
  if (wanted.type === 'person_token' || wanted.type === 'auth_token')
    facts.push(['Resource', wanted.resource]);
  if (wanted.type === 'auth_token' && wanted.scope.length) facts.push(['Scope', wanted.scope.join(' ')]);
  if (wanted.type === 'permission') facts.push(['Action', wanted.action]);
  const list = facts.map(([name, value]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('');
  const errand = errandOf(request);
  const first = errand
    ? `<p>The resource needs something from you first: <a href="${escapeHtml(errand)}">go to ${escapeHtml(new URL(errand).host)}</a>.</p>`
    : '';
  return `<dl>${list}</dl>
${first}
<p>The request is waiting in your oversight channel. Approve or deny it there: this page decides nothing.</p>
<p>If you do not recognise it, deny it.</p>`;
}

/** Where the person has to go first, while the resource waits for them (draft §resource-initiated-interaction). */
const errandOf = ({ callback, asserted }: RequestRow) =>
  callback === null ? undefined : asserted.resource.interaction;

const form = `<form method="get" action="/interact">
<label for="code">Code shown by your agent</label>
<input id="code" name="code" autocomplete="off" autocapitalize="characters" spellcheck="false" required>
<button>Continue</button>
</form>`;
