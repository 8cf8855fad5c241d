import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { AauthError } from '#aauth/error.ts';

/**
 * The digest of a JSON value, whatever order its members come in: SHA-256 over its canonical form (RFC 8785),
 * base64url without padding. Members that are `undefined` are absent, as in JSON.
 * @throws {AauthError} `not_json` for a value JSON cannot say (a number that is not finite, a lone surrogate, a cycle)
 */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value), 'utf8').digest('base64url');
}

/** The canonical JSON text of a value (RFC 8785). @throws {AauthError} `not_json` */
export function canonicalJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    throw new AauthError('not_json', 'a value to be digested is not JSON', { cause });
  }
  if (text === undefined || !text.isWellFormed()) {
    throw new AauthError('not_json', 'a value to be digested is not JSON');
  }
  return text;
}
