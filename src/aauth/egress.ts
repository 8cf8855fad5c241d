// The only way out to servers another party named: bounded in time and bytes, and never into our own network.

export type EgressRefusalReason =
  | 'not_https'
  | 'bad_url'
  /** The name resolves to an address no other party may send us to: private, loopback, link-local, reserved. */
  | 'address_refused'
  | 'redirected'
  | 'too_large'
  | 'timed_out'
  | 'unreachable';

export type EgressRefusal = {
  readonly kind: 'refused';
  readonly reason: EgressRefusalReason;
  readonly detail: string;
};

export type Answered = {
  readonly kind: 'answered';
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
};

export type Outgoing = {
  /** GET when absent. */
  readonly method?: string;
  readonly headers?: Headers;
  readonly body?: Uint8Array;
  /** For the whole exchange; 10 seconds when absent. */
  readonly timeoutMs?: number;
  /** Of the answer's body; 256 KiB when absent. */
  readonly maxBytes?: number;
};

export type Egress = AsyncDisposable & {
  /** Any status is an answer. Redirects are followed for a GET within one origin only. */
  fetch(url: string, outgoing?: Outgoing): Promise<Answered | EgressRefusal>;
};
