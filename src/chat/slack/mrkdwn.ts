// Words for Slack's two kinds of text: plain, where nothing is parsed, and mrkdwn, where our own emphasis, times, links
// and mentions are, and where a stranger's characters must not be. See docs.slack.dev/messaging/formatting-message-text.
import type { Line, Mention, Span } from '#cards/card.ts';
import { inUtc } from '#chat/utc.ts';

/** `plain` writes UTC text where a client does not draw Slack's own dates. */
export type Dates = 'native' | 'plain';

/** Slack's three control characters; without them nothing is a mention, a link or a channel. */
export const escape = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Look-alikes that Slack does not parse; used only where the real character could begin or end a format. */
const lookalike: Record<string, string> = { '*': '\u2217', _: '\u02cd', '~': '\u223c', '`': '\u02cb' };

/** A stranger's characters inside mrkdwn: shown as they look, doing nothing. One line. */
export function inertMrkdwn(text: string): string {
  const flat = oneLine(text)
    .replace(/[*_~`]/g, (sign, at: number, whole: string) =>
      sign !== '`' && isWord(whole[at - 1]) && isWord(whole[at + 1]) ? sign : (lookalike[sign] ?? sign),
    )
    // `:name:` would be drawn as an emoji, and a tick beside a name could pass for our verdict.
    .replace(/:(?=[\w+'-]+:)/g, '\ua789')
    // At the head of a line it would open Slack's quotation.
    .replace(/^(\s*)>/, '$1\u203a');
  return escape(flat);
}

const isWord = (char: string | undefined) => char !== undefined && /[A-Za-z0-9]/.test(char);

/** Line breaks inside a line of ours would let its second half pass for a line of its own. */
export const oneLine = (text: string) => text.replace(/[\s\u0085\u2028\u2029]+/g, ' ');

/** True when a line holds words alone, so that it can go as `plain_text`. */
export const isPlain = (line: Line) => line.every((span) => span.kind === 'plain');

/** A line as mrkdwn. */
export const lineMrkdwn = (line: Line, dates: Dates) => line.map((span) => spanMrkdwn(span, dates)).join('');

function spanMrkdwn(span: Span, dates: Dates): string {
  switch (span.kind) {
    case 'plain':
      return inertMrkdwn(span.text);
    case 'strong':
      return strong(span.text);
    case 'code': {
      const inside = escape(oneLine(span.text).replaceAll('`', '\u02cb')).trim();
      return inside && `\`${inside}\``;
    }
    case 'time':
      return dates === 'native' && !Number.isNaN(span.at.getTime())
        ? `<!date^${Math.floor(span.at.getTime() / 1000)}^{date_short_pretty} {time}|${inUtc(span.at)}>`
        : inUtc(span.at);
    case 'link': {
      const link = realLink(span.url);
      if (!link) return inertMrkdwn(span.label);
      const label = inertMrkdwn(span.label).replaceAll('|', '\u00a6').trim() || escape(link.host);
      return `<${escape(link.href)}|${label}> (${escape(link.host)})`;
    }
    case 'mention':
      return mention(span.who);
  }
}

/** Emphasis of ours around words that may be a stranger's. */
export function strong(text: string): string {
  const inside = inertMrkdwn(text).replaceAll('*', '\u2217').trim();
  return inside && `*${inside}*`;
}

/** Calls a person of this platform; anybody else, and anything that is not a Slack user id, is only named. */
export const mention = (who: Mention) =>
  who.platform === 'slack' && /^[UW][A-Z0-9]+$/.test(who.user) ? `<@${who.user}>` : inertMrkdwn(nameOf(who));

/** A person without a name is still a person. */
const nameOf = (who: Mention) => oneLine(who.name).trim() || 'somebody';

/** A line as words alone, for `plain_text` objects. Not escaped: nothing is parsed there. */
export const linePlain = (line: Line) => line.map((span) => spanPlain(span)).join('');

function spanPlain(span: Span): string {
  switch (span.kind) {
    case 'plain':
    case 'strong':
    case 'code':
      return oneLine(span.text);
    case 'time':
      return inUtc(span.at);
    case 'link': {
      const link = realLink(span.url);
      return link ? `${oneLine(span.label)} (${link.href})` : oneLine(span.label);
    }
    case 'mention':
      return nameOf(span.who);
  }
}

/** https anywhere, http on loopback; the href is encoded so that it cannot leave Slack's `<…|…>`. */
function realLink(url: string): { href: string; host: string } | undefined {
  const parsed = URL.parse(url);
  if (!parsed || parsed.username || parsed.password) return undefined;
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (parsed.protocol !== 'https:' && !(parsed.protocol === 'http:' && loopback)) return undefined;
  // Past this it is no link a person can judge; the label alone is shown.
  if (parsed.href.length > 1_000) return undefined;
  const href = parsed.href.replaceAll('|', '%7C').replaceAll('<', '%3C').replaceAll('>', '%3E');
  return { href, host: parsed.host };
}
