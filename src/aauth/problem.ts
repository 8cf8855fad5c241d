/** A refusal as the wire sees it. `error` is one of the draft's codes for the endpoint that returns it. */
export type Problem = {
  readonly status: number;
  readonly error: string;
  /** Says what happened to a person reading logs; agents decide on `error` alone. */
  readonly detail: string;
  /** Further members of the body, such as `mission_status`. */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A problem as `application/problem+json` (RFC 9457; draft §error-response-format). Never cached. */
export function problemResponse({ status, error, detail, members, headers }: Problem): Response {
  return new Response(JSON.stringify({ ...members, status, error, detail }), {
    status,
    headers: { ...headers, 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
