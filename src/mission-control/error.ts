export type MissionControlErrorCode = 'unreachable' | 'unauthorized' | 'unexpected_answer';

/** The Person Server could not be asked, or what came back is not what the port promises. */
export class MissionControlError extends Error {
  override readonly name = 'MissionControlError';
  readonly code: MissionControlErrorCode;

  constructor(code: MissionControlErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
