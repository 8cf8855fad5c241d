// Tells the story in plain words while it happens, and what to do next. It says nothing that was not seen: what the agent
// was answered, and what the Person Server's own record says of who decided.
import { cornerShop, labelOf, type Moment, missionTitle } from '#demo/errand.ts';
import type { Refusal } from '#demo/errand-agent.ts';
import { people } from '#demo/people.ts';
import type { DecidedBy } from '#mission-control/facts.ts';
import type { MissionControl } from '#mission-control/port.ts';

const platforms: Readonly<Record<string, string>> = { slack: 'Slack', teams: 'Teams' };

/** "Maria, in Slack". */
function by(decision: DecidedBy | undefined) {
  if (!decision) return 'nobody';
  const person = Object.entries(people).find(([id]) => id === decision.person)?.[1].name ?? decision.person;
  return `${person}, in ${platforms[decision.via] ?? decision.via}`;
}

/** How the last closed ask was decided, as the Person Server recorded it. */
async function lastDecision(missionControl: MissionControl): Promise<DecidedBy | undefined> {
  const { requests } = await missionControl.listRequests({ state: 'closed', limit: 200 });
  return requests.at(-1)?.decision?.decidedBy;
}

/**
 * The lines for one moment of the mission `s256`. `hints` are for the people at the screen; `both`: they have both clients.
 */
export async function narrate(
  moment: Moment,
  missionControl: MissionControl,
  { s256, both }: { readonly s256: string | undefined; readonly both: boolean },
): Promise<{ readonly story: readonly string[]; readonly hints: readonly string[] }> {
  switch (moment.kind) {
    case 'proposing':
      return {
        story: [
          `The agent proposes a mission: “${missionTitle}”. A card hangs in the channel and waits for Maria.`,
        ],
        hints: ['Press Approve as Maria. (As Jonas you are told why you may not.)'],
      };
    case 'on-mission': {
      const decided = by(await lastDecision(missionControl));
      return {
        story: [`Approved by ${decided}. The agent holds mission ${moment.s256.slice(0, 8)}.`],
        hints: [],
      };
    }
    case 'asking':
      return {
        story: [
          `It wants ${labelOf(moment.item)}. That does not fit: a card asks Maria, in the mission’s thread.`,
        ],
        hints: [both ? 'Press Deny, in the other app this time: the card follows in both.' : 'Press Deny.'],
      };
    case 'bought':
      return {
        story: [
          moment.item === cornerShop.wares[0].item
            ? `It buys ${labelOf(moment.item)}, ${moment.price}: fits the mission, granted silently, and in the log.`
            : `It buys ${labelOf(moment.item)}, ${moment.price}.`,
        ],
        hints:
          moment.item === 'cake-stand'
            ? [
                'Each of these is defensible; the cart as a whole is not. In the mission’s thread, say:',
                '    @chaperone stop the cake mission',
              ]
            : [],
      };
    case 'refused': {
      const { refusal, what } = moment;
      const how =
        refusal.error === 'denied'
          ? `Denied by ${by(await lastDecision(missionControl))}.`
          : refusal.error === 'expired'
            ? 'Nobody answered in time, and silence is no.'
            : `Refused: ${heard(refusal)}, ${refusal.detail}.`;
      return what === 'mission'
        ? {
            story: [`${how} The agent takes no for an answer; there is no mission.`],
            hints: ['Run npm run demo again to see the rest.'],
          }
        : { story: [`${how} The agent takes no for an answer.`], hints: [] };
    }
    case 'over': {
      const mission = s256 === undefined ? undefined : await missionControl.readMission(s256);
      return {
        story: [
          `Stopped by ${by(mission?.terminatedBy)}. About to get ${moment.during}, the agent hears: ${heard(moment.refusal)}.`,
        ],
        hints: [
          'The thread says what was voided, that the shop confirmed the revocation, and that no authority remains.',
        ],
      };
    }
    case 'next-week':
      return {
        story: [
          moment.fresh.kind === 'refused'
            ? `“Next week” it tries once more, for sprinkles: ${heard(moment.fresh)}.`
            : 'It tried once more and got sprinkles. That must not happen.',
          ...(moment.again?.kind === 'refused'
            ? [`And at the shop with its old token: ${heard(moment.again)}.`]
            : []),
        ],
        hints: [],
      };
  }
}

function heard({ status, error }: Refusal) {
  return `${status} ${error}`;
}
