// What the bot remembers. The Person Server holds the truth about asks and missions; nothing here decides anything.
//
//   wall       which card should hang where, and which one does
//   picture    which drawings a workspace has, and which cards wait for theirs
//   inbox      what happened in chat, before anything is done about it
//   act        what a person did or tried, and what came of it; append-only, in a hash chain
//   proposal   a stop that waits for one click
//   vote       an approval that waits for company
//   delegation who decides for whom, for a while
//   hold       a mission under which nothing is approved until it is released
//   stale      the question whether a mission should go on, and that its agent called it done
//   claim      who is looking into an ask
//   visit      a browser that opened the page of an ask, and whose it proved to be
//   batch      asks that share a card, each under a number
//   reminder   that somebody was called again to an ask
//   place      a channel: its pace, its outsiders, the way to it
//   review     what the reviewer last found of a mission, and what people said to it
//   brief      what a model said of an ask
//   inquiry    a question to an agent about a finding, until the agent can be asked
//   judgement  what the reviewer makes of an ask that it may let pass, and what came of it
//   spend      what the model has cost
//   talk       what was said with the bot in a thread
//   bookmark   how far a watch has come
import { z } from 'zod';
import type { Place } from '#chat/chat.ts';
import type { Database } from '#database/database.ts';
import type { Queue } from '#database/jobs.ts';
import { openActs } from '#ledger/acts.ts';
import { openBatches } from '#ledger/batches.ts';
import { openBriefs } from '#ledger/briefs.ts';
import { openClaims } from '#ledger/claims.ts';
import { openDelegations } from '#ledger/delegations.ts';
import { openHolds } from '#ledger/holds.ts';
import { openInbox } from '#ledger/inbox.ts';
import { openInquiries } from '#ledger/inquiries.ts';
import { openJudgements } from '#ledger/judgements.ts';
import { openPictures } from '#ledger/pictures.ts';
import { openPlaces } from '#ledger/places.ts';
import { openProposals } from '#ledger/proposals.ts';
import { openReminders } from '#ledger/reminders.ts';
import { openReviews } from '#ledger/reviews.ts';
import { openSpend } from '#ledger/spend.ts';
import { openStaleQuestions } from '#ledger/stale-questions.ts';
import type { LedgerTables } from '#ledger/tables.ts';
import { openTalks } from '#ledger/talks.ts';
import { openVisits } from '#ledger/visits.ts';
import { openVotes } from '#ledger/votes.ts';
import { openWall } from '#ledger/wall.ts';

export const postQueue: Queue<Place> = {
  name: 'post',
  data: z.object({ platform: z.enum(['slack', 'teams']), tenant: z.string(), channel: z.string() }),
};

/** Every queue the ledger enqueues into; the database makes them when it opens. */
export const ledgerQueues = [postQueue.name];

export type Ledger = ReturnType<typeof openLedger>;

export function openLedger(database: Database) {
  const db = database.as<LedgerTables>();
  return {
    wall: openWall(db, database.jobs, postQueue),
    pictures: openPictures(db, database.jobs, postQueue),
    inbox: openInbox(db),
    acts: openActs(db),
    places: openPlaces(db),
    proposals: openProposals(db),
    votes: openVotes(db),
    delegations: openDelegations(db),
    reviews: openReviews(db),
    briefs: openBriefs(db),
    inquiries: openInquiries(db),
    judgements: openJudgements(db),
    spend: openSpend(db),
    talks: openTalks(db),
    holds: openHolds(db),
    reminders: openReminders(db),
    claims: openClaims(db),
    batches: openBatches(db),
    visits: openVisits(db),
    staleQuestions: openStaleQuestions(db),

    async readBookmark(name: string): Promise<string | undefined> {
      const row = await db
        .selectFrom('chaperone.bookmark')
        .select('value')
        .where('name', '=', name)
        .executeTakeFirst();
      return row?.value;
    },

    async writeBookmark(name: string, value: string) {
      await db
        .insertInto('chaperone.bookmark')
        .values({ name, value })
        .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
        .execute();
    },
  };
}
