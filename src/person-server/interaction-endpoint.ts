import { z } from 'zod';
import { problemResponse } from '#aauth/problem.ts';
import type { Admitted } from '#person-server/admit.ts';
import { invalidRequest, optionalWords, readMembers, words } from '#person-server/body.ts';
import { introduceAgent } from '#person-server/introduce.ts';
import { enterMission } from '#person-server/mission-gate.ts';
import { offeredTo } from '#person-server/parties.ts';
import { answerOpened } from '#person-server/pending.ts';
import { interactionUnavailable } from '#person-server/reach.ts';
import { openRequest } from '#person-server/requests.ts';
import type { Server } from '#person-server/server.ts';
import { capabilitiesOf } from '#person-server/token-request.ts';
import { isWebAddress } from '#person-server/web-address.ts';

const Interaction = z.object({
  type: z.enum(['interaction', 'payment', 'question']),
  description: optionalWords,
  url: z.string().optional(),
  code: z
    .string()
    .regex(/^[0-9A-Za-z-]{1,64}$/)
    .optional(),
  max_wait: z.number().nonnegative().optional(),
  question: optionalWords,
  /** Ours: answers the agent suggests, and what a payment is about. Shown as the agent's words; others ignore them. */
  options: z.array(words.max(500)).max(20).optional().catch(undefined),
  parameters: z.record(z.string(), z.unknown()).optional().catch(undefined),
  mission_s256: z.string().optional(),
  login_hint: z.string().optional(),
  /** Said at the token endpoint otherwise: whether the agent could bring the person to a page itself. */
  capabilities: z.array(z.string()).optional().catch(undefined),
});

/**
 * `POST {interaction_endpoint}` (draft §interaction-endpoint): the agent's channel to its person. A relayed page or payment is
 * put before the person with its address; a question is answered in words.
 */
export async function askPerson(server: Server, admitted: Admitted): Promise<Response> {
  const read = readMembers(admitted.json, Interaction);
  if (read.kind === 'refused') return problemResponse(read.problem);
  const { type, description, url, code, question, options, parameters } = read.members;
  const missionS256 = read.members.mission_s256;
  if (type === 'question' && question === undefined) {
    return problemResponse(invalidRequest('missing or malformed: question').problem);
  }
  if (type !== 'question' && (url === undefined || !isWebAddress(url, server))) {
    return problemResponse(invalidRequest('url is no https address a person could be sent to').problem);
  }
  const { agent, person: known } = admitted;
  const attempt = { action: type, description: question ?? description };
  const entered =
    missionS256 !== undefined ? await enterMission(server, admitted, missionS256, attempt) : undefined;
  if (entered?.kind === 'refused') return problemResponse(entered.problem);
  const person = known ?? offeredTo(server, read.members.login_hint);
  const opened = await openRequest(server, {
    person,
    agent: { iss: agent.iss, sub: agent.sub },
    signed: admitted.signed,
    agentNew: known === undefined,
    missionS256,
    asserted: {
      verified: await introduceAgent(server, agent, missionS256),
      resource: {},
      agent:
        type === 'question'
          ? { description, question, options }
          : { description, url: withCode(url, code), parameters },
    },
    wanted: type === 'question' ? { type, question: question ?? '' } : { type, url, code },
    notAfter: [entered?.mission.expiresAt ?? undefined],
    // What is relayed is not on our page: bringing the person there helps nobody.
    capabilities: type === 'question' ? capabilitiesOf(read.members, missionS256) : [],
    heldMs: type === 'question' ? undefined : relayedMs(read.members.max_wait),
  });
  if (opened.kind === 'unreachable' && type !== 'question') return problemResponse(interactionUnavailable);
  return await answerOpened(server, admitted, opened, missionS256);
}

/**
 * For how long a relay is held that its agent would not have held for longer than `maxWait` seconds. It is to reach the person
 * all the same: one that is not to be held at all is held like any other, which the draft leaves to the Person Server.
 */
const relayedMs = (maxWait: number | undefined) => (maxWait ? maxWait * 1000 : undefined);

/** The address the person opens: the page with its code, as the draft has the agent build it (§interaction-relay). */
function withCode(url: string | undefined, code: string | undefined): string | undefined {
  if (url === undefined || code === undefined) return url;
  const address = new URL(url);
  address.searchParams.set('code', code);
  return address.href;
}
