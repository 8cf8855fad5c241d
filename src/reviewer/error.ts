// What goes wrong in the reviewer's room.
export type ReviewerErrorCode = 'bad_case' | 'bad_prompt';

export class ReviewerError extends Error {
  override readonly name = 'ReviewerError';
  readonly code: ReviewerErrorCode;

  constructor(code: ReviewerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
