// How far an ask has come stands on its card, on both platforms, however many people and rules it has.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { askCard } from '#cards/ask-card.ts';
import type { Ballot } from '#cards/ballot.ts';
import { missionCard } from '#cards/mission-card.ts';
import { messageViolations } from '#chat/slack/limits.ts';
import { renderCard as inSlack } from '#chat/slack/render.ts';
import { bytesOf, faultsOf, maxBytes } from '#chat/teams/limits.ts';
import { renderCard as inTeams } from '#chat/teams/render.ts';
import { cardText } from '../../support/card-text.ts';
import { textOf } from '../../support/fake-teams-people.ts';
import { hostile } from '../../support/hostile.ts';
import { decision, mission, request } from '../../support/requests.ts';

const until = new Date('2026-11-27T23:00:00Z');
const alone: Ballot = {
  needs: [{ count: 1, votes: [], risk: undefined, stepUp: false, signIn: false, excluded: undefined }],
  reach: undefined,
  notified: [],
  delegations: [],
  decidedFor: undefined,
};
const vote = (person: string, principal?: string) => ({
  by: { person, via: 'slack', id: `slack:T1:${person}` },
  for: principal,
});
const names: Record<string, string> = { ann: 'Ann', ben: 'Ben', cem: 'Cem' };
const card = (ballot: Ballot, more = {}) =>
  cardText(
    askCard({
      request: request(more),
      mission: mission(),
      people: (id) => names[id],
      approvers: [],
      ballot,
      capabilities: ['actor', 'reason', 'digest'],
    }),
  );
const [need = alone.needs[0]] = alone.needs;
if (!need) throw new Error('there is always a need');

describe('the card of an ask', () => {
  test('that one person decides says nothing of approvals', () => {
    expect(card(alone)).not.toContain('approved.');
    expect(card(alone)).not.toContain('denies it at once');
  });

  test('that several decide says how many, who has, how far it reaches and for which risk', () => {
    const shared = {
      ...alone,
      needs: [{ ...need, count: 3, votes: [vote('ann'), vote('ben', 'cem')], risk: 'spending money' }],
      reach: 'mission',
    } as const;
    expect(card(shared)).toContain(
      '*2 of 3 approved*: Ann in Slack, Ben for Cem in Slack, for the rest of this mission. The rule is for `spending money`.',
    );
    expect(card(shared)).toContain('One no denies it at once');
  });

  test('under several rules shows each of them', () => {
    const both = {
      ...alone,
      needs: [
        { ...need, votes: [vote('ann')] },
        { ...need, count: 2 },
      ],
    };
    expect(card(both)).toContain('1 of 1 approved');
    expect(card(both)).toContain('0 of 2 approved');
    expect(card(both)).toContain('each has to be satisfied');
  });

  test('says who confirms, who has no say, who is told and who decides for whom', () => {
    const text = card({
      ...alone,
      needs: [{ ...need, count: 2, stepUp: true, excluded: 'ann' }],
      notified: ['ben', 'cem'],
      delegations: [{ from: 'ben', to: 'cem', until }],
    });
    expect(text).toContain('A second, different person confirms this approval');
    expect(text).toContain('Ann has no say in this');
    expect(text).toContain('Told, without a say: Ben, Cem.');
    expect(text).toContain('Cem decides for Ben until {');
  });

  test('that is settled says for whom it was decided', () => {
    const settled = { state: 'approved', decision: decision() } as const;
    expect(card({ ...alone, decidedFor: 'ben' }, settled)).toMatch(/Approved by .+ for Ben in /);
  });
});

test('the card of a mission names everybody whose approval it took', () => {
  const approval = { action: 'approve', decidedBy: vote('ben').by, decidedAt: until };
  const ballot = { ...alone, needs: [{ ...need, count: 2, votes: [vote('ann'), vote('ben', 'cem')] }] };
  const text = cardText(missionCard({ mission: mission(), approval, ballot, people: (id) => names[id] }));
  expect(text).toContain('by Ann in Slack, Ben for Cem in Slack at');
});

const id = fc.string({ minLength: 1, maxLength: 64 });
const crowds: fc.Arbitrary<Ballot> = fc.record({
  needs: fc.array(
    fc.record({
      count: fc.integer({ min: 1, max: 20 }),
      votes: fc.array(
        fc
          .record({ by: id, for: fc.option(id, { nil: undefined }) })
          .map((one) => ({ ...vote(one.by, one.for) })),
        { maxLength: 20 },
      ),
      risk: fc.option(hostile, { nil: undefined }),
      stepUp: fc.boolean(),
      signIn: fc.boolean(),
      excluded: fc.option(id, { nil: undefined }),
    }),
    { minLength: 1, maxLength: 30 },
  ),
  reach: fc.constantFrom('once', 'mission', 'always', undefined),
  notified: fc.array(id, { maxLength: 60 }),
  delegations: fc.array(fc.record({ from: id, to: id, until: fc.constant(until) }), { maxLength: 60 }),
  decidedFor: fc.option(id, { nil: undefined }),
});

test('a crowd of any size fits on both platforms, and the first count stays to be read', () => {
  fc.assert(
    fc.property(crowds, hostile, (ballot, name) => {
      const ask = askCard({
        request: request(),
        mission: mission(),
        people: () => name,
        approvers: [],
        ballot: { ...ballot, needs: [{ ...need, count: 2 }, ...ballot.needs] },
        capabilities: [],
      });
      const slack = inSlack(ask, 'mark', 'plain');
      expect(messageViolations(slack)).toEqual([]);
      expect(JSON.stringify(slack.blocks)).toContain('0 of 2 approved');
      const teams = inTeams(ask, 'tenant', 'mark', false);
      expect(faultsOf(teams)).toEqual([]);
      expect(bytesOf(teams)).toBeLessThanOrEqual(maxBytes);
      expect(textOf(teams)).toContain('0 of 2 approved');
    }),
    { numRuns: 60 },
  );
});
