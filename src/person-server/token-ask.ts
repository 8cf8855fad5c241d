// What the two token requests have in common: whose mission it is, a grant at once, or an ask put before the person.
import type { Admitted } from '#person-server/admit.ts';
import type { Refused } from '#person-server/body.ts';
import { introduceAgent } from '#person-server/introduce.ts';
import { type Attempt, enterChainedMission, enterMission } from '#person-server/mission-gate.ts';
import type { OwnMission } from '#person-server/missions.ts';
import type { Parties } from '#person-server/parties.ts';
import { answerOpened } from '#person-server/pending.ts';
import { type NewRequest, openRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import type { Granted } from '#person-server/silent.ts';
import type { Asserted } from '#person-server/tables.ts';
import { capabilitiesOf, saidByAgent, type TokenRequest } from '#person-server/token-request.ts';

/** Who asks for a token, in what words, and under which mission. */
export type TokenAsk = {
  readonly parties: Parties;
  readonly members: TokenRequest;
  readonly missionS256: string | undefined;
  readonly mission: OwnMission | undefined;
};

/** The mission a token request names, or its upstream token does: active, or the refusal. */
export async function enterForToken(
  server: Server,
  admitted: Admitted,
  { agent, chained }: Parties,
  missionS256: string | undefined,
  attempt: Attempt,
): Promise<{ readonly kind: 'entered'; readonly mission: OwnMission | undefined } | Refused> {
  if (missionS256 === undefined) return { kind: 'entered', mission: undefined };
  const entered = chained
    ? await enterChainedMission(server, agent, missionS256, attempt)
    : await enterMission(server, admitted, missionS256, attempt);
  return entered.kind === 'refused' ? entered : { kind: 'entered', mission: entered.mission };
}

/** Whose token is made when it is made at once. */
export function whoseOf({ parties, missionS256, mission }: TokenAsk) {
  const { agent, person } = parties;
  return { agent, person, missionS256, missionExpiresAt: mission?.expiresAt };
}

/** What a line about a token granted at once says of it. */
export function grantedOf({ parties, members, missionS256 }: TokenAsk, resource: string): Granted {
  return {
    agent: parties.agent,
    subagent: parties.terms.subagent,
    missionS256,
    resource,
    description: members.justification,
  };
}

/** What is put before the person beside who asks: what was checked, the resource's own words, and what follows a yes. */
export type Put = Pick<NewRequest, 'wanted' | 'granted' | 'proviso' | 'callback'> & {
  readonly verified: Asserted['verified'];
  readonly asserted: Asserted['resource'];
  /** Moments after which an answer would be of no use, beside the parties' own and the mission's. */
  readonly notAfter?: readonly Date[];
};

/** Opens the request of a token ask, and answers its agent as far as it can be answered now. */
export async function putTokenAsk(
  server: Server,
  admitted: Admitted,
  { parties, members, missionS256, mission }: TokenAsk,
  { verified, asserted, notAfter = [], ...put }: Put,
): Promise<Response> {
  const { agent, person, chain } = parties;
  const introduced = await introduceAgent(server, agent, missionS256);
  const opened = await openRequest(server, {
    ...put,
    signed: admitted.signed,
    person,
    agent,
    agentNew: !parties.bound,
    subagent: parties.terms.subagent,
    missionS256,
    capabilities: capabilitiesOf(members, missionS256),
    asserted: {
      verified: { ...introduced, ...verified, ...(chain.length && { chain: [...chain] }) },
      resource: asserted,
      agent: saidByAgent(members),
    },
    notAfter: [...parties.notAfter, ...notAfter, mission?.expiresAt ?? undefined],
  });
  return await answerOpened(server, admitted, opened, missionS256);
}
