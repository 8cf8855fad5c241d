// One call to a mission control elsewhere: bounded in time and size, never redirected, and what it means when it fails.
import { MissionControlError } from '#mission-control/error.ts';

export type Remote = {
  /** `{mc}`, without a slash at its end. */
  readonly url: string;
  /** Sent as a bearer token; absent only towards a server that asks for none. */
  readonly token?: string;
  /** The longest a call may take, 10 s unless said otherwise. */
  readonly timeoutMs?: number;
};

export type Query = Readonly<Record<string, string | number | undefined>>;

/** `error` is the code of a problem, absent from an answer that is none. */
export type Reply = { readonly status: number; readonly body: unknown; readonly error?: string };

const largestReply = 16 * 1024 * 1024;

/**
 * `path` begins with a slash or is empty. Gives back what the server answered, refusals with an `error` code included.
 * @throws {MissionControlError} `unreachable` (no answer in time, or the server is in trouble), `unauthorized`,
 *   `unexpected_answer` (not JSON, too large, or a refusal without a code)
 */
export async function callRemote(
  remote: Remote,
  path: string,
  { query = {}, body }: { readonly query?: Query; readonly body?: unknown } = {},
): Promise<Reply> {
  const signal = AbortSignal.timeout(remote.timeoutMs ?? 10_000);
  const { status, text } = await reach(async () => {
    const response = await fetch(addressOf(remote, path, query), {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...authorization(remote),
      },
      redirect: 'error',
      signal,
    });
    return { status: response.status, text: await boundedText(response) };
  });
  if (status === 401 || status === 403)
    throw new MissionControlError('unauthorized', `mission control refuses us with ${status}`);
  if (status >= 500) throw new MissionControlError('unreachable', `mission control answers ${status}`);
  const read = parse(text);
  if (status >= 200 && status < 300) return { status, body: read };
  if (typeof read === 'object' && read !== null && 'error' in read && typeof read.error === 'string')
    return { status, body: read, error: read.error };
  throw new MissionControlError('unexpected_answer', `mission control answers ${status} without saying why`);
}

export function addressOf(remote: Remote, path: string, query: Query): URL {
  const url = new URL(`${remote.url}${path}`);
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

export function authorization({ token }: Remote): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

/** Whatever keeps a call from being answered is one failure to whoever asked: the server cannot be reached. */
export async function reach<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (cause) {
    if (cause instanceof MissionControlError) throw cause;
    throw new MissionControlError('unreachable', 'mission control does not answer', { cause });
  }
}

async function boundedText(response: Response) {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > largestReply)
      throw new MissionControlError('unexpected_answer', 'mission control answers more than is read');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MissionControlError('unexpected_answer', 'mission control does not answer in JSON', { cause });
  }
}
