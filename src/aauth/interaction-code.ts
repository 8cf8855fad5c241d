import { randomInt, timingSafeEqual } from 'node:crypto';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Eight symbols of five bits: the 40 bits the draft asks for. */
const symbols = 8;

/**
 * A new interaction code in its displayed form, `A1B2-C3D4` (draft §interaction-code-format). It ties a browser to a
 * pending request and authorises nothing.
 */
export function newInteractionCode(): string {
  const code = Array.from({ length: symbols }, () => alphabet[randomInt(alphabet.length)]).join('');
  return `${code.slice(0, symbols / 2)}-${code.slice(symbols / 2)}`;
}

/** A code as it is stored and compared: no hyphens, upper case, look-alikes folded. Undefined when it cannot be a code. */
export function foldInteractionCode(text: string): string | undefined {
  if (!/^[0-9A-Za-z-]{8,64}$/.test(text)) return undefined;
  const folded = text.replaceAll('-', '').toUpperCase().replaceAll(/[IL]/g, '1').replaceAll('O', '0');
  return /^[0-9A-HJKMNP-TV-Z]{8,32}$/.test(folded) ? folded : undefined;
}

/** Whether what a person typed is the code with this folded form; the time taken does not tell how much of it was right. */
export function matchesInteractionCode(typed: string, folded: string): boolean {
  const given = Buffer.from(foldInteractionCode(typed) ?? '', 'utf8');
  const wanted = Buffer.from(folded, 'utf8');
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
