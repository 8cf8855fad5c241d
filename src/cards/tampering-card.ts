// A resource's token that says something else than the token it was issued on.
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary } from '#mission-control/facts.ts';
import type { Card, Mention } from './card.ts';
import { entryButtons } from './entry-card.ts';
import { code, time } from './line.ts';
import { fact, factsOf, listed, note, text, told } from './parts.ts';
import { stopButton } from './stop-card.ts';
import * as words from './words.ts';

type Found = NonNullable<MissionSummary['tampering']>[number];

/** Evidence of tampering under a mission, as the Person Server found it; the way out, while the mission runs. */
export function tamperingCard(facts: {
  readonly mission: MissionSummary;
  readonly found: Found;
  readonly callees: readonly Mention[];
}): Card {
  const { mission, found, callees } = facts;
  const active = mission.status === 'active';
  const lost = found.claims.includes('mission_s256');
  return {
    title: words.tampering.title,
    tone: 'alarm',
    blocks: [
      text(words.tampering.what),
      ...factsOf(
        told(words.facts.resource, found.resource),
        told(words.facts.agent, found.agent),
        fact(words.tampering.claims, listed(found.claims)),
        fact(words.tampering.at, [time(found.at)]),
        fact(words.facts.mission, [code(missionTitle(mission.description))]),
      ),
      ...(lost ? [text(words.tampering.stripped)] : []),
      note(active ? words.tampering.canStop : words.tampering.check),
    ],
    buttons: [...(active ? [stopButton(mission.s256)] : []), ...entryButtons(mission.s256, [found.seq])],
    expansion: [],
    calls: callees,
  };
}
