import {
  type Dictionary,
  generateAcceptSignatureAlgHeader,
  generateAcceptSignatureSchemeHeader,
  serializeDictionary,
  Token,
} from '@hellocoop/httpsig';
import type { DiscoveryRefusal } from '#aauth/discovery.ts';
import { acceptedAlgorithms } from '#aauth/key.ts';
import type { Problem } from '#aauth/problem.ts';
import type { TokenRefusal } from '#aauth/tokens.ts';

export type SignatureErrorCode =
  | 'invalid_signature'
  | 'invalid_input'
  | 'clock_skew'
  | 'unsupported_scheme'
  | 'unsupported_algorithm'
  | 'invalid_key'
  | 'unknown_key'
  | 'invalid_jwt'
  | 'expired_jwt'
  | 'revoked_jwt'
  | 'issuer_missing'
  | 'issuer_mismatch';

/**
 * A signature failure: `401`, with the code in `Signature-Error` where agents read it, and what would have worked in
 * `required_input`, `Accept-Signature-Scheme` or `Accept-Signature-Alg` (draft §verification). Never used with a `403`. The
 * body has the `type` that draft-hardt-httpbis-signature-key §5.2 gives the code.
 */
export function signatureProblem(
  error: SignatureErrorCode,
  detail: string,
  wanted: { readonly required?: readonly string[]; readonly scheme?: string } = {},
): Problem {
  const members: Dictionary = new Map([['error', [new Token(error), new Map()]]]);
  if (wanted.required) {
    members.set('required_input', [wanted.required.map((name) => [name, new Map()]), new Map()]);
  }
  return {
    status: 401,
    error,
    detail,
    members: { type: `urn:ietf:params:sig-error:${error}` },
    headers: {
      'signature-error': serializeDictionary(members),
      ...(wanted.scheme && {
        'accept-signature-scheme': generateAcceptSignatureSchemeHeader([wanted.scheme]),
      }),
      ...(error === 'unsupported_algorithm' && {
        'accept-signature-alg': generateAcceptSignatureAlgHeader([...acceptedAlgorithms]),
      }),
    },
  };
}

/** The failure of a token presented in `Signature-Key` (draft §verification, step 5). */
export function tokenSignatureProblem({ reason, detail }: TokenRefusal): Problem {
  switch (reason) {
    case 'malformed':
    case 'wrong_typ':
    case 'wrong_dwk':
    case 'issuer_invalid':
    case 'bad_signature':
    case 'bad_claims':
    case 'wrong_audience':
    case 'wrong_key':
    case 'too_long_lived':
      return signatureProblem('invalid_jwt', detail);
    case 'expired':
      return signatureProblem('expired_jwt', detail);
    case 'issuer_unreachable':
      return signatureProblem('unknown_key', detail);
    case 'issuer_missing':
    case 'issuer_mismatch':
    case 'unknown_key':
    case 'unsupported_algorithm':
    case 'invalid_key':
    case 'clock_skew':
      return signatureProblem(reason, detail);
  }
}

/** The failure to find the key a server signed with. */
export function keyProblem({ reason, detail }: DiscoveryRefusal): Problem {
  switch (reason) {
    case 'issuer_invalid':
      return signatureProblem('invalid_key', detail);
    case 'unreachable':
    case 'malformed':
      return signatureProblem('unknown_key', detail);
    case 'issuer_missing':
    case 'issuer_mismatch':
    case 'unknown_key':
    case 'unsupported_algorithm':
    case 'invalid_key':
      return signatureProblem(reason, detail);
  }
}
