// Ways onto the page of an ask in an office: by the agent's link and a code in Slack.
import type { Answer } from './aauth-agent.ts';
import { type Office, until } from './office.ts';
import type { Page, Visitor } from './visitor.ts';

export const locationOf = ({ headers }: Answer) => headers.get('location') ?? '';

/** The link an agent hands to its person. */
export function linkOf({ headers }: Answer): string {
  const requirement = headers.get('aauth-requirement') ?? '';
  const [, url = '', code = ''] = /url="([^"]+)"; code="([^"]+)"/.exec(requirement) ?? [];
  return `${url}?code=${code}`;
}

export const codeOn = ({ text }: Page) => /Your code\s+([0-9A-Z]{4})\b/.exec(text)?.[1] ?? '';

/** What the bot wrote to somebody alone in Slack. */
export const toldInSlack = ({ slack }: Office, user: string) => slack.messages(`D0${user}`);

/** The question in Slack that holds this code. */
export const questionInSlack = (office: Office, user: string, code: string) =>
  until(`the question with ${code} in Slack`, () =>
    toldInSlack(office, user).find(
      ({ text, blocks }) => text.includes('Is this you?') && JSON.stringify(blocks).includes(code),
    ),
  );

/** Opens the page of an ask and wants to be asked in Slack. */
export async function knock(asked: Answer, visitor: Visitor, who = ''): Promise<Page> {
  return await visitor.send(await visitor.open(linkOf(asked)), 'Ask me in chat', {
    'v.where': 'slack',
    'v.who': who,
  });
}

/** The same, answered by the right code by whoever was asked; the page afterwards. */
export async function enter(
  office: Office,
  asked: Answer,
  visitor: Visitor,
  user: string,
  who = '',
): Promise<Page> {
  const page = await knock(asked, visitor, who);
  const question = await questionInSlack(office, user, codeOn(page));
  await office.slack.press(question, `The page shows ${codeOn(page)}`, user);
  await until('the end of the question', () =>
    toldInSlack(office, user).find(({ ts, text }) => ts === question.ts && text.includes('It was you')),
  );
  return await visitor.follow(page, 'continue');
}
