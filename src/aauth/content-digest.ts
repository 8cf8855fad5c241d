import { createHash } from 'node:crypto';
import { isByteSequence, isInnerList, parseDictionary } from '@hellocoop/httpsig';

const known = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);

/**
 * Whether a `Content-Digest` value (RFC 9530) is that of these bytes: at least one digest of an algorithm known here, and
 * every such digest right.
 */
export function matchesContentDigest(value: string, bytes: Uint8Array): boolean {
  let right = 0;
  try {
    for (const [name, member] of parseDictionary(value)) {
      const algorithm = known.get(name);
      if (!algorithm) continue;
      if (isInnerList(member) || !isByteSequence(member[0])) return false;
      const given = Buffer.from(member[0].toBase64(), 'base64');
      if (!given.equals(createHash(algorithm).update(bytes).digest())) return false;
      right++;
    }
  } catch {
    // Not a dictionary: the parser's only failure.
    return false;
  }
  return right > 0;
}
