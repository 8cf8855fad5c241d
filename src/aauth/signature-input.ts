// What a request says it signed: `Signature-Input`, `Signature` and `Signature-Key` under one label (RFC 9421 §4).
import {
  type InnerList,
  isByteSequence,
  isInnerList,
  type Parameters,
  parseDictionary,
  serializeInnerList,
  Token,
} from '@hellocoop/httpsig';

export type SignatureRead = {
  readonly kind: 'read';
  /** The scheme of its `Signature-Key` member, and that member's parameters. */
  readonly scheme: string;
  readonly key: Parameters;
  readonly components: readonly string[];
  readonly signature: Uint8Array;
  readonly params: InnerList;
};

export type Malformed = { readonly kind: 'malformed'; readonly detail: string };

/**
 * Reads the signature to be verified: the one whose key comes in the scheme we accept, or the first when none does. Other
 * members of `Signature-Key`, known or not, do no harm (signature-key draft §multiple-signatures).
 */
export function readSignature(headers: Headers, accepted: string): SignatureRead | Malformed {
  const fields = readFields(headers);
  if (fields.kind === 'malformed') return fields;
  const { keys, inputs, signatures } = fields;

  const schemes = [...keys].map(([label, member]) => {
    const item = isInnerList(member) ? undefined : member;
    return { label, scheme: item?.[0] instanceof Token ? item[0].toString() : undefined, key: item?.[1] };
  });
  const chosen =
    schemes.find(({ label, scheme }) => scheme === accepted && inputs.has(label) && signatures.has(label)) ??
    schemes.find(({ scheme }) => scheme !== undefined);
  if (chosen?.scheme === undefined || !chosen.key) return malformed('Signature-Key names no scheme');
  const { label, scheme, key } = chosen;

  const params = inputs.get(label);
  const signature = signatures.get(label);
  if (!params || !signature) return malformed(`there is no signature with the label ${label}`);
  if (!isInnerList(params)) return malformed('Signature-Input does not list components');
  if (isInnerList(signature) || !isByteSequence(signature[0]))
    return malformed('Signature is no byte sequence');

  const components: string[] = [];
  for (const [name, parameters] of params[0]) {
    if (typeof name !== 'string' || parameters.size > 0 || components.includes(name)) {
      return malformed('a covered component is repeated, has parameters or is no string');
    }
    components.push(name);
  }
  return {
    kind: 'read',
    scheme,
    key,
    components,
    signature: Buffer.from(signature[0].toBase64(), 'base64'),
    params,
  };
}

/** When it was signed and when it ends, in Unix seconds (RFC 9421 §2.3). */
export type Times = {
  readonly kind: 'times';
  readonly created: number;
  readonly expires: number | undefined;
};

/** Reads `created`, which has to be there, and `expires`. Apart, because what a signature covers is looked at before its times. */
export function readTimes({ params: [, given] }: SignatureRead): Times | Malformed {
  const created = given.get('created');
  const expires = given.get('expires');
  if (!isSeconds(created)) return malformed('created is missing or no integer');
  if (expires !== undefined && !isSeconds(expires)) return malformed('expires is no integer');
  return { kind: 'times', created, expires };
}

/** Where a request was sent to: the verifier's own name for itself, and the rest as received. */
export type Target = {
  readonly method: string;
  readonly scheme: 'https' | 'http';
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Headers;
};

/** The signature base (RFC 9421 §2.5), or undefined when a covered component is not in the request or not known here. */
export function signatureBase({ components, params }: SignatureRead, target: Target): string | undefined {
  const lines: string[] = [];
  for (const component of components) {
    const value = componentValue(component, target);
    if (value === undefined) return undefined;
    lines.push(`"${component}": ${value}`);
  }
  lines.push(`"@signature-params": ${serializeInnerList(params)}`);
  return lines.join('\n');
}

function componentValue(component: string, { method, scheme, authority, headers, ...target }: Target) {
  const path = target.path || '/';
  const query = target.query && `?${target.query}`;
  switch (component) {
    case '@method':
      return method.toUpperCase();
    case '@authority':
      return authority;
    case '@path':
      return path;
    case '@query':
      return query || '?';
    case '@scheme':
      return scheme;
    case '@request-target':
      return `${path}${query}`;
    case '@target-uri':
      return `${scheme}://${authority}${path}${query}`;
    default:
      return /^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(component) ? (headers.get(component) ?? undefined) : undefined;
  }
}

function readFields(headers: Headers) {
  const [keys, inputs, signatures] = ['signature-key', 'signature-input', 'signature'].map((name) =>
    headers.get(name),
  );
  if (!keys || !inputs || !signatures) {
    return malformed('the request lacks Signature, Signature-Input or Signature-Key');
  }
  try {
    return {
      kind: 'fields' as const,
      keys: parseDictionary(keys),
      inputs: parseDictionary(inputs),
      signatures: parseDictionary(signatures),
    };
  } catch {
    // The parser throws for nothing but text that is no dictionary.
    return malformed('Signature, Signature-Input or Signature-Key is no dictionary');
  }
}

function malformed(detail: string): Malformed {
  return { kind: 'malformed', detail };
}

function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}
