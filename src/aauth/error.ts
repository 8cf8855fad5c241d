/** What can really fail here. Whatever another party does wrong is a refusal, returned as a value. */
export type AauthErrorCode =
  /** A stored or configured signing key is not one this server can sign with. */
  | 'bad_signing_key'
  /** A value we were about to sign or hash is not JSON. */
  | 'not_json';

export class AauthError extends Error {
  override readonly name = 'AauthError';
  readonly code: AauthErrorCode;

  constructor(code: AauthErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
