// An ask that was settled, and not by anybody here.
import { missionTitle } from '#conversation/title.ts';
import type { MissionSummary, Request } from '#mission-control/facts.ts';
import type { Card, Mention } from './card.ts';
import { code, time } from './line.ts';
import { fact, factsOf, note, quote, text } from './parts.ts';
import { stopButton } from './stop-card.ts';
import { type People, person } from './who.ts';
import * as words from './words.ts';

/** What was decided outside this oversight, as the Person Server tells it, and the way out where there is one. */
export function alarmCard(facts: {
  readonly request: Request;
  readonly mission: MissionSummary | undefined;
  readonly people: People;
  readonly approvers: readonly Mention[];
}): Card {
  const { request, mission, people, approvers } = facts;
  const { decision } = request;
  const active = mission?.status === 'active' && request.state === 'approved';
  const about = request.agentAsserted.action ?? request.verified.resource?.issuer;
  return {
    title: words.outsideTitle,
    tone: 'alarm',
    blocks: [
      text(words.settledOutside(words.subjects[request.type], code(request.agent.id))),
      ...factsOf(
        fact(words.facts.outcome, [{ kind: 'plain', text: words.standings[request.state] }]),
        fact(words.facts.decidedBy, decision ? [person(decision.decidedBy.person, people)] : words.notSaid),
        fact(words.facts.wayIn, decision && [code(decision.decidedBy.via, 60)]),
        fact(words.facts.proof, decision && [code(decision.decidedBy.id, 120)]),
        fact(words.facts.decidedAt, decision && [time(decision.decidedAt)]),
        fact(words.facts.about, about === undefined ? undefined : [code(about)]),
        fact(words.facts.ask, [code(request.id, 80)]),
        fact(words.facts.mission, mission && [code(missionTitle(mission.description))]),
      ),
      ...quote(words.labels.reason, decision?.reason),
      note(active ? words.outsideCanStop : words.outsideCheck),
    ],
    buttons: active ? [stopButton(mission.s256)] : [],
    expansion: [],
    calls: approvers,
  };
}
