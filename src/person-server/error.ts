/** What can really fail in this room. What an agent or a person does wrong is an answer, not an error. */
export type PersonServerErrorCode =
  /** The issuer is not one this server may speak as: https in production, loopback http in development. */
  | 'bad_issuer'
  /** The default person is not among the people. */
  | 'unknown_person'
  /** The signing keys are gone from the store. */
  | 'no_signing_key';

export class PersonServerError extends Error {
  override readonly name = 'PersonServerError';
  readonly code: PersonServerErrorCode;

  constructor(code: PersonServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
