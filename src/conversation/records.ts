// Missions, entries, asks and reviews as records the agent reads: bounded, tamed, and without ids.
import type { LogEntry, MissionSummary, Request } from '#mission-control/facts.ts';
import { short, tame } from '#reviewer/model/fence.ts';
import type { Review } from '#reviewer/model/review.ts';
import type { Seen } from './seen.ts';
import { missionTitle } from './title.ts';

export const mostPoints = 12;

export const summary = (mission: MissionSummary, seen: Seen): object => ({
  mission: seen.handle(mission),
  title: tame(missionTitle(mission.description), 100),
  status: mission.status,
  agent: tame(mission.agent.id, 80),
  approved: day(mission.approvedAt),
  entries: mission.logEntries,
  waiting: mission.openRequests,
});

export const whole = (mission: MissionSummary, seen: Seen): object => ({
  ...summary(mission, seen),
  description: tame(mission.description, 1_500),
  tools: short((mission.approvedTools ?? []).map(({ name }) => name).join(', '), 400),
  resources: short((mission.approvedResources ?? []).join(', '), 400),
  updates: mission.updates,
  live_tokens: mission.liveTokens,
  last_activity: minute(mission.lastActivityAt),
  expires: mission.expiresAt && minute(mission.expiresAt),
  ended: mission.terminatedAt && minute(mission.terminatedAt),
});

export const entryRecord = (entry: LogEntry): object => ({
  at: minute(entry.at),
  kind: entry.kind,
  told_by: entry.source,
  outcome: short(entry.outcome, 40),
  decided_by: short(entry.decidedBy && Object.keys(entry.decidedBy)[0], 20),
  action: short(entry.action, 80),
  resource: short(entry.resource, 100),
  scope: short(entry.scope, 100),
  says: short(entry.description, 200),
  parameters: short(entry.parameters, 200),
  result: short(entry.result, 200),
});

export const askRecord = (ask: Request): object => ({
  type: ask.type,
  agent: tame(ask.agent.id, 80),
  opened: minute(ask.openedAt),
  expires: minute(ask.expiresAt),
  resource: short(ask.resourceAsserted.issuer ?? ask.verified.resource?.issuer, 100),
  action: short(ask.agentAsserted.action, 80),
  agent_says: short(ask.agentAsserted.justification ?? ask.agentAsserted.description, 200),
});

export function reviewRecords(review: Review, at: Date): object[] {
  const { rules, view, memo } = review;
  return [
    {
      verdict: review.kind,
      reviewed: minute(at),
      through_entry: review.through,
      ...(review.kind === 'drifting' && { since_entry: review.since, flagged_by: review.flaggedBy }),
      model: view.kind === 'silent' ? `no answer (${view.silence.why})` : view.kind,
    },
    ...(rules.kind === 'drifting'
      ? rules.findings.map(({ sentence, entries }) => ({
          rule_says: tame(sentence, 300),
          entries: entries.join(', '),
        }))
      : []),
    ...(review.kind === 'drifting' && review.finding
      ? review.finding.claims.map(({ says, entries }) => ({ model_says: says, entries: entries.join(', ') }))
      : []),
    ...memo.points
      .slice(0, mostPoints)
      .map(({ says, entries }) => ({ summary: says, entries: entries.join(', ') })),
  ];
}

const day = (date: Date) => date.toISOString().slice(0, 10);
const minute = (date: Date) => date.toISOString().slice(0, 16);
