// The log: one line per decision, with ids; never tokens, justifications or message text.
import { pino } from 'pino';

export type Log = {
  info(facts: object, line: string): void;
  warn(facts: object, line: string): void;
  error(facts: object, line: string): void;
  debug(facts: object, line: string): void;
};

/** Members that never reach a log line, wherever they sit up to three levels deep. */
const secret = [
  'authorization',
  'token',
  'access_token',
  'agent_token',
  'auth_token',
  'person_token',
  'presented_token',
  'resource_token',
  'signature',
  'secret',
  'password',
  'justification',
  'text',
];

/**
 * Opens the log on standard error, one JSON object a line, so that what the demo and the commands print stays readable.
 * `level` is a pino level name, `silent` included.
 */
export function openLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: secret.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"at":"${new Date().toISOString()}"`,
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
