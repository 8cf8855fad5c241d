/** What can go wrong with the store itself. */
export type DatabaseErrorCode = 'unreachable' | 'in_use' | 'migration_failed';

export class DatabaseError extends Error {
  override readonly name = 'DatabaseError';
  readonly code: DatabaseErrorCode;

  constructor(code: DatabaseErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
