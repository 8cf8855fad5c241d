import type { Problem } from '#aauth/problem.ts';
import type { TokenRefusal } from '#aauth/tokens.ts';

/**
 * The answer to a token refused as a request parameter, `400` with the parameter's own code (draft
 * §token-endpoint-error-codes). The token in `Signature-Key` is answered with `401` by `verifySignedRequest` instead.
 */
export function tokenProblem(
  parameter: 'resource' | 'presented' | 'upstream' | 'subagent',
  { reason, detail }: TokenRefusal,
): Problem {
  const error =
    reason === 'clock_skew'
      ? 'clock_skew'
      : `${reason === 'expired' ? 'expired' : 'invalid'}_${parameter}_token`;
  return { status: 400, error, detail };
}
