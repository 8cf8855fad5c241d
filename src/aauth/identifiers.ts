// The names of parties, as written: nothing here is normalised, and equal means the same bytes.
//
//   server identifier   an issuer: `https://` and a host, nothing else
//   agent identifier    `aauth:local@domain`; an agent is the pair of its provider and this name

type Mode = {
  /** Also accept loopback servers over http with a port. Never set on a server others can reach. */
  readonly development: boolean;
};

const label = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';
const domain = new RegExp(`^(?=.{1,253}$)${label}(?:\\.${label})*$`);
const local = /^[A-Za-z0-9_+.-]{1,255}$/;
const loopback = /^http:\/\/(?:localhost|127\.0\.0\.1)(?::([1-9][0-9]{0,4}))?$/;

/** Whether `text` names a server (draft §server-identifiers). Compare such names with `===` only. */
export function isServerIdentifier(text: string, { development }: Mode): boolean {
  if (text.startsWith('https://')) return isDomain(text.slice('https://'.length));
  if (!development) return false;
  const match = loopback.exec(text);
  return match !== null && isPort(match[1]);
}

/**
 * Whether `text` names an agent (draft §agent-identifiers). Case counts. The local part is for people to read:
 * no decision is taken on it, a sub-agent is known by its token's `parent_agent`.
 */
export function isAgentIdentifier(text: string, { development }: Mode): boolean {
  if (!text.startsWith('aauth:')) return false;
  const at = text.indexOf('@');
  if (at < 0 || !local.test(text.slice('aauth:'.length, at))) return false;
  const host = text.slice(at + 1);
  if (development && /^localhost:[1-9][0-9]{0,4}$/.test(host)) return isPort(host.slice('localhost:'.length));
  return isDomain(host) && (development || host !== 'localhost');
}

/** A lower-case ASCII domain name. A last label of digits would be an IPv4 address, which names no party. */
function isDomain(host: string) {
  return domain.test(host) && !/(?:^|\.)[0-9]+$/.test(host);
}

function isPort(digits: string | undefined) {
  return digits === undefined || Number(digits) <= 65_535;
}
