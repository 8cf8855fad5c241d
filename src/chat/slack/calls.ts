// Calls to Slack's Web API: no retries of the SDK's own, a time limit, and every failure in the port's words.
import { type Logger, LogLevel } from '@slack/bolt';
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from '@slack/web-api';
import { ChatError, type ChatErrorCode } from '#chat/chat.ts';
import type { Log } from '#log.ts';

/**
 * A client that asks once. The SDK's own retries would post twice after a dropped connection, and would hold back
 * every channel for one that is rate limited.
 */
export const webClient = (
  token: string | undefined,
  apiUrl: string | undefined,
  timeoutMs: number,
  log: Log,
) => new WebClient(token, clientOptions(apiUrl, timeoutMs, log));

export const clientOptions = (apiUrl: string | undefined, timeoutMs: number, log: Log) => ({
  ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  rejectRateLimitedCalls: true,
  retryConfig: { retries: 0 },
  timeout: timeoutMs,
  logger: slackLogger(log),
});

/** Makes one call; what fails is thrown as ChatError, with the method's name and Slack's word for it. */
export async function call<T>(method: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof ChatError) throw cause;
    const { code, why, retryAfterMs } = failureOf(cause);
    throw new ChatError(code, `${method}: ${why}`, { cause, ...(retryAfterMs && { retryAfterMs }) });
  }
}

/** Slack's own word for a refusal (`channel_not_found`), or undefined for any other failure. */
export const slackWord = (error: unknown): string | undefined => {
  const platform = error instanceof ChatError ? error.cause : error;
  return platform instanceof WebAPIPlatformError ? platform.data.error : undefined;
};

type Failure = { readonly code: ChatErrorCode; readonly why: string; readonly retryAfterMs?: number };

function failureOf(error: unknown): Failure {
  if (error instanceof WebAPIRateLimitedError) {
    return { code: 'rate_limited', why: 'rate limited', retryAfterMs: error.retryAfter * 1_000 };
  }
  if (error instanceof WebAPIHTTPError) {
    const why = `HTTP ${error.statusCode}`;
    // A 4xx did nothing; from a 5xx nobody can tell what was done before it.
    return { code: error.statusCode < 500 ? 'unavailable' : 'ambiguous', why };
  }
  if (error instanceof WebAPIPlatformError) return platformFailure(error.data.error);
  if (error instanceof WebAPIRequestError) {
    const code = codeOf(error.original);
    return code !== undefined && neverSent.has(code)
      ? { code: 'unavailable', why: code }
      : { code: 'ambiguous', why: code ?? error.original.name };
  }
  return { code: 'ambiguous', why: error instanceof Error ? error.name : 'unknown failure' };
}

function platformFailure(word: string): Failure {
  if (gone.has(word)) return { code: 'gone', why: word };
  if (word === 'ratelimited' || word === 'rate_limited') {
    return { code: 'rate_limited', why: word, retryAfterMs: 30_000 };
  }
  if (['service_unavailable', 'request_timeout', 'team_added_to_org', 'accesslimited'].includes(word)) {
    return { code: 'unavailable', why: word };
  }
  // Slack says of these that a part may have succeeded; an answer that is no word at all says nothing.
  if (['fatal_error', 'internal_error'].includes(word)) return { code: 'ambiguous', why: word };
  return /^[a-z_]+$/.test(word)
    ? { code: 'refused', why: word }
    : { code: 'ambiguous', why: 'unreadable answer' };
}

/** The message, the channel or the installation is not there, or not ours to write in. */
const gone = new Set([
  'access_denied',
  'account_inactive',
  'cannot_reply_to_message',
  'cant_delete_message',
  'cant_update_message',
  'channel_not_found',
  'edit_window_closed',
  'ekm_access_denied',
  'invalid_auth',
  'is_archived',
  'is_inactive',
  'message_not_found',
  'messages_tab_disabled',
  'missing_scope',
  'no_permission',
  'not_allowed_token_type',
  'not_authed',
  'not_in_channel',
  'org_login_required',
  'restricted_action',
  'restricted_action_read_only_channel',
  'restricted_action_thread_only_channel',
  'restricted_action_non_threadable_channel',
  'team_access_not_granted',
  'thread_locked',
  'thread_not_found',
  'token_expired',
  'token_revoked',
  'user_not_in_channel',
]);

/** The connection was never made, so nothing can have been posted. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** The first system error code in the chain of causes. */
function codeOf(error: unknown): string | undefined {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
  }
  return undefined;
}

/** Slack's libraries speak into our log. Their debug lines hold message text and are dropped. */
export function slackLogger(log: Log): Logger {
  const line = (said: unknown[]) =>
    said.map((one) => (one instanceof Error ? one.message : String(one))).join(' ');
  const from = { from: 'slack' };
  return {
    debug() {},
    info: (...said) => log.debug(from, line(said)),
    warn: (...said) => log.warn(from, line(said)),
    error: (...said) => log.error(from, line(said)),
    setLevel() {},
    getLevel: () => LogLevel.INFO,
    setName() {},
  };
}
