// Stopping a mission: the question before it, where one is needed, and the report that proves it.

import { shortId } from '#conversation/match.ts';
import { missionTitle } from '#conversation/title.ts';
import type { DecidedBy, Mission, MissionSummary, TerminationReport } from '#mission-control/facts.ts';
import { deedBlocks, deedsIn, triedAfterwards } from './after-stop.ts';
import type { Block, Button, Card, Line } from './card.ts';
import { minutesLeft } from './left.ts';
import { code, line, time } from './line.ts';
import { fact, factsOf, full, lines, listed, note, quote, text, told } from './parts.ts';
import { decider, type People, person } from './who.ts';
import * as words from './words.ts';

const rowsShown = 10;

export const stopButton = (s256: string): Button => ({
  label: words.buttons.stop,
  press: { verb: 'stop', subject: s256 },
  style: 'danger',
});

/**
 * Asks for the one click before a stop that words did not name exactly. `proposal` is the id under which the ledger
 * keeps what would end, so a click ends exactly what stands here. `said` are the words, when they were only near.
 */
export function confirmStopCard(facts: {
  readonly proposal: string;
  readonly missions: readonly MissionSummary[];
  readonly people: People;
  readonly said?: string;
  /** Why, in the words of whoever wants it. */
  readonly note?: string | undefined;
}): Card {
  const { proposal, missions, people, said, note } = facts;
  return {
    title: words.stopTitles.confirm,
    tone: 'alarm',
    blocks: [
      ...(said === undefined ? [] : [text(words.takenFor(code(said, 120)))]),
      text(words.willEnd(missions.length)),
      ...factsOf(
        ...missions.slice(0, rowsShown).map((mission) => fact(words.facts.mission, row(mission, people))),
      ),
      ...(missions.length > rowsShown ? [text(words.tooMany(rowsShown, missions.length))] : []),
      ...quote(words.labels.reason, note),
    ],
    buttons: [
      {
        label: words.confirmLabel(missions.length),
        press: { verb: 'confirm_stop', subject: proposal },
        style: 'danger',
      },
      { label: words.buttons.keep, press: { verb: 'cancel', subject: proposal }, style: 'plain' },
    ],
    expansion: full([
      words.headings.missions,
      lines(
        missions.map(({ s256, agent, description }) => `${s256}, ${agent.id}, ${missionTitle(description)}`),
      ),
    ]),
    calls: [],
  };
}

/** The question once it is answered, or once nobody answered in time. */
export function settledStopCard(
  answer:
    | { readonly kind: 'confirmed' | 'cancelled'; readonly by: DecidedBy; readonly at: Date }
    | { readonly kind: 'lapsed'; readonly at: Date },
  people: People,
): Card {
  const when = time(answer.at);
  return {
    title: words.stopTitles[answer.kind],
    tone: 'neutral',
    blocks: [
      text(
        answer.kind === 'lapsed' ? words.lapsedAt(when) : words.confirmedBy(decider(answer.by, people), when),
      ),
    ],
    buttons: [],
    expansion: [],
    calls: [],
  };
}

/** Tells whoever stopped a mission from somewhere else than its thread that it is done. */
export const stoppedCard = ({ s256, description }: MissionSummary, reason?: string): Card => ({
  title: words.endedTitle(reason ?? 'revoked'),
  tone: 'neutral',
  blocks: [text(words.reportedThere(code(missionTitle(description)), code(shortId(s256))))],
  buttons: [],
  expansion: [],
  calls: [],
});

/**
 * What a stop brought about, as it stands at `now`: what became void, which tokens live until when, whether the agent
 * knows, and what happened afterwards. It is final once `authorityEndsAt` has passed.
 */
export function stopReportCard(facts: {
  readonly report: TerminationReport;
  readonly mission: MissionSummary | Mission;
  readonly people: People;
  readonly capabilities: readonly string[];
  /** The way the mission went, as a picture. */
  readonly way?: readonly Block[];
  readonly now: Date;
}): Card {
  const { report, mission, people, capabilities, now } = facts;
  const over = isOver(report, now);
  const who = mission.terminatedBy && decider(mission.terminatedBy, people);
  const ended = time(report.terminatedAt);
  const rows = alikeTokens(report.tokens, now);
  const deeds = deedsIn(report);
  return {
    title: words.reportTitle(words.endedTitle(report.reason), over, deeds.length > 0),
    tone: deeds.length > 0 ? 'alarm' : over ? 'neutral' : 'waiting',
    blocks: [
      text([code(missionTitle(mission.description))]),
      ...deedBlocks(report),
      text(
        report.reason === 'revoked'
          ? words.stoppedBy(who, ended)
          : words.endedFor(
              words.endedBy(words.ending(report.reason, code(report.reason, 60)), who, undefined),
              ended,
            ),
      ),
      ...quote(words.labels.reason, report.note),
      ...factsOf(
        told(words.facts.missionId, shortId(report.s256)),
        fact(words.facts.voided, voided(report)),
        ...rows.slice(0, rowsShown).map((alike) => fact(words.facts.token, tokenRow(alike, now))),
        rows.length > rowsShown
          ? fact(words.facts.token, words.tokensBeyond(rows.slice(rowsShown).flat().length))
          : undefined,
        fact(
          words.facts.agentTold,
          report.agentToldAt ? words.toldAt(time(report.agentToldAt)) : words.notTold,
        ),
        report.activityAfter.length > deeds.length || deeds.length === 0
          ? fact(words.facts.afterwards, triedAfterwards(report))
          : undefined,
      ),
      ...(report.tokens.length === 0 ? [text(words.noTokens)] : []),
      ...(capabilities.includes('revoke') || over || report.tokens.length === 0
        ? []
        : [note(words.noRevocation)]),
      ...(facts.way ?? []),
      text(
        over
          ? words.nothingRemains(time(report.authorityEndsAt))
          : words.closesAt(time(report.authorityEndsAt)),
      ),
    ],
    buttons: [{ label: words.buttons.read, press: { verb: 'read', subject: report.s256 }, style: 'plain' }],
    expansion: full(
      [words.headings.reason, report.note],
      [words.headings.voided, lines(report.voided)],
      [
        words.headings.tokens,
        lines(
          report.tokens.map(
            ({ jti, resource, expiresAt, revocation }) =>
              `${jti}, ${resource}, ${expiresAt.toISOString()}, ${revocation}`,
          ),
        ),
      ],
      [
        words.headings.afterwards,
        lines(
          report.activityAfter.map(({ seq, at, kind, outcome, action, resource }) =>
            [`#${seq}`, at.toISOString(), kind, outcome, action, resource]
              .filter((part) => part !== undefined)
              .join(', '),
          ),
        ),
      ],
      [words.headings.mission, mission.description],
    ),
    calls: [],
  };
}

/** True once nothing of a stopped mission can be used any more. */
export const isOver = (report: TerminationReport, now: Date) => report.authorityEndsAt <= now;

const row = (mission: MissionSummary, people: People) =>
  words.endingRow(
    code(shortId(mission.s256)),
    code(missionTitle(mission.description)),
    code(mission.agent.id, 80),
    person(mission.person, people),
  );

const voided = (report: TerminationReport): Line =>
  report.voided.length === 0
    ? words.noneVoided
    : line`${report.voided.length}: ${listed(report.voided) ?? []}`;

type Token = TerminationReport['tokens'][number];

/** Since when a token is good for nothing: confirmed by its resource, or run out. */
const deadSince = ({ acknowledgedAt, expiresAt }: Token, now: Date) =>
  acknowledgedAt ?? (expiresAt <= now ? expiresAt : undefined);

/** Tokens of one resource that ended, or will end, in the same way, in the order they appear. */
function alikeTokens(tokens: readonly Token[], now: Date): Token[][] {
  const alike = (token: Token) =>
    `${token.resource} ${token.revocation} ${deadSince(token, now) !== undefined}`;
  return [...Map.groupBy(tokens, alike).values()];
}

function tokenRow(alike: readonly Token[], now: Date): Line {
  const [first] = alike;
  if (!first) return line``;
  const resource = code(first.resource, 120);
  const latest = (moments: readonly Date[]) => new Date(Math.max(...moments.map((at) => at.getTime())));
  const dead = alike.flatMap((token) => deadSince(token, now) ?? []);
  if (dead.length === 0) {
    const until = latest(alike.map(({ expiresAt }) => expiresAt));
    return words.tokensUntil(
      resource,
      alike.length,
      time(until),
      minutesLeft(until, now),
      words.revocations[first.revocation],
    );
  }
  const how = first.acknowledgedAt ? words.revocations[first.revocation] : words.ranOut;
  return words.tokensOver(resource, alike.length, time(latest(dead)), how);
}
