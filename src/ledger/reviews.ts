import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { LedgerTables } from '#ledger/tables.ts';
import type { DecidedBy } from '#mission-control/facts.ts';

/** A person was shown these entries, and said that they are fine. */
export type Acceptance = {
  readonly finding: number;
  readonly from: number;
  readonly through: number;
  readonly by: DecidedBy;
  /** ISO 8601. */
  readonly at: string;
};

const Standing = z.object({
  kind: z.enum(['on_mission', 'undecided', 'drifting']),
  /** The last entry that was looked at, and the last a model looked at. */
  through: z.int(),
  modelThrough: z.int().optional(),
  /** Why no model said anything; absent where one did or none is configured. */
  silence: z.string().optional(),
  since: z.int().optional(),
  flaggedBy: z.enum(['rules', 'model', 'both']).optional(),
  /** The entries the finding rests on, in order. */
  entries: z.array(z.int()),
  /** The rules' reasons: our own sentences about entries, with quotes of agents in them. */
  reasons: z.array(z.string()),
  /** The first entry that came after most of what the mission speaks of was touched, and added nothing to it. */
  pastGoal: z.int().optional(),
  /** What a model says: its own words. */
  said: z.string().optional(),
  settles: z.string().optional(),
  /** The score along the log up to the finding, the line, and the entry that took the score over it. */
  course: z
    .object({
      points: z.array(z.object({ entry: z.int(), level: z.number() })),
      line: z.number(),
      crossed: z.int().optional(),
    })
    .optional(),
});

/** How a mission stood at its last review. */
export type Standing = Readonly<z.infer<typeof Standing>>;

export type KeptReview = {
  readonly memo: unknown;
  readonly accepted: readonly Acceptance[];
  /** Counts findings, so that each is told once: 0 before the first. */
  readonly finding: number;
  readonly standing: Standing | undefined;
  /** The reviewer's own word, as JSON has it. */
  readonly review: unknown;
  readonly reviewedAt: Date | undefined;
  /** The last finding that the operator's rule was applied to. */
  readonly acted: number;
  /** By that rule nothing under the mission is granted silently until somebody accepts the finding. */
  readonly guarded: boolean;
};

/** A mission's last review: how far it went, whether the model was silent, its latest finding, and the last acted on. */
export type Reviewed = Pick<KeptReview, 'finding' | 'acted'> & {
  readonly through: number;
  readonly at: Date;
  readonly silent: boolean;
};

/** The right to make the next review of a mission. Its end says whose it is: nobody else's ends then. */
export type Right = { readonly missionS256: string; readonly until: Date };

export type Reviews = ReturnType<typeof openReviews>;

/** The latest review of each mission, and the right to make the next one. */
export function openReviews(db: Kysely<LedgerTables>) {
  const none: KeptReview = {
    memo: undefined,
    accepted: [],
    finding: 0,
    standing: undefined,
    review: undefined,
    reviewedAt: undefined,
    acted: 0,
    guarded: false,
  };

  return {
    async read(missionS256: string): Promise<KeptReview> {
      const row = await db
        .selectFrom('chaperone.review')
        .selectAll()
        .where('mission_s256', '=', missionS256)
        .executeTakeFirst();
      if (!row) return none;
      const standing = Standing.safeParse(row.standing);
      return {
        memo: row.memo ?? undefined,
        accepted: row.accepted,
        finding: row.finding,
        standing: standing.success ? standing.data : undefined,
        review: row.review ?? undefined,
        reviewedAt: row.reviewed_at ?? undefined,
        acted: row.acted,
        guarded: row.guarded,
      };
    },

    /** Takes the right to review a mission for `leaseMs`: one review at a time, across replicas. */
    async take(missionS256: string, now: Date, leaseMs: number): Promise<Right | undefined> {
      const until = new Date(now.getTime() + leaseMs);
      const { rows } = await sql<{ mission_s256: string }>`
        insert into chaperone.review (mission_s256, claimed_until) values (${missionS256}, ${until})
        on conflict (mission_s256) do update set claimed_until = excluded.claimed_until
        where chaperone.review.claimed_until is null or chaperone.review.claimed_until < ${now}
        returning mission_s256`.execute(db);
      return rows.length > 0 ? { missionS256, until } : undefined;
    },

    /** Keeps the right until `until`; undefined where it is somebody else's by now. */
    async renew({ missionS256, until: held }: Right, until: Date): Promise<Right | undefined> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.review')
        .set({ claimed_until: until })
        .where('mission_s256', '=', missionS256)
        .where('claimed_until', '=', held)
        .executeTakeFirst();
      return numUpdatedRows > 0n ? { missionS256, until } : undefined;
    },

    /**
     * Keeps what a review found and gives the right back. `isNew`: this drift is another than the last one told. False, and
     * nothing is kept, where the right is somebody else's by now.
     */
    async keep(
      { missionS256, until }: Right,
      review: { standing: Standing; memo: unknown; review: unknown; isNew: boolean },
      now: Date,
    ): Promise<boolean> {
      const { numUpdatedRows } = await db
        .updateTable('chaperone.review')
        .set((eb) => ({
          standing: JSON.stringify(review.standing),
          memo: JSON.stringify(review.memo),
          review: JSON.stringify(review.review),
          reviewed_at: now,
          claimed_until: null,
          finding: review.isNew ? eb('finding', '+', 1) : eb.ref('finding'),
        }))
        .where('mission_s256', '=', missionS256)
        .where('claimed_until', '=', until)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },

    async giveBack({ missionS256, until }: Right) {
      await db
        .updateTable('chaperone.review')
        .set({ claimed_until: null })
        .where('mission_s256', '=', missionS256)
        .where('claimed_until', '=', until)
        .execute();
    },

    /**
     * Adds what a person accepted, for one finding, once; what guarded the mission ends with it. False when the finding is not
     * the latest, or somebody else accepted it. Said again by the same person it is the same acceptance: an earlier try may not
     * have lived to write so.
     */
    async accept(missionS256: string, acceptance: Acceptance): Promise<boolean> {
      const { finding } = acceptance;
      const { numUpdatedRows } = await db
        .updateTable('chaperone.review')
        .set({ accepted: sql`accepted || ${JSON.stringify([acceptance])}::jsonb`, guarded: false })
        .where('mission_s256', '=', missionS256)
        .where('finding', '=', finding)
        .where(sql<boolean>`not accepted @> ${JSON.stringify([{ finding }])}::jsonb`)
        .executeTakeFirst();
      if (numUpdatedRows > 0n) return true;
      const row = await db
        .selectFrom('chaperone.review')
        .select('accepted')
        .where('mission_s256', '=', missionS256)
        .executeTakeFirst();
      const { person, via, id } = acceptance.by;
      return (row?.accepted ?? []).some(
        ({ finding: each, by }) => each === finding && by.person === person && by.via === via && by.id === id,
      );
    },

    /** Says that the operator's rule was applied to a finding; `guarded`: by ending silent grants until it is accepted. */
    async act(missionS256: string, finding: number, guarded: boolean) {
      await db
        .updateTable('chaperone.review')
        .set((eb) => ({
          acted: finding,
          // Accepted meanwhile, there is nothing left to guard against.
          guarded: guarded
            ? sql<boolean>`not accepted @> ${JSON.stringify([{ finding }])}::jsonb`
            : eb.ref('guarded'),
        }))
        .where('mission_s256', '=', missionS256)
        .where('finding', '=', finding)
        .execute();
    },

    /** How far each of these missions has been reviewed, and when; one that never was is left out. */
    async reviewedThrough(missions: readonly string[]): Promise<ReadonlyMap<string, Reviewed>> {
      if (missions.length === 0) return new Map();
      const rows = await db
        .selectFrom('chaperone.review')
        .select(['mission_s256', 'standing', 'reviewed_at', 'finding', 'acted'])
        .where('mission_s256', 'in', missions)
        .execute();
      return new Map(
        rows.flatMap(({ mission_s256: s256, standing, reviewed_at: at, finding, acted }) => {
          const read = Standing.safeParse(standing);
          if (!read.success || !at) return [];
          const { through, silence } = read.data;
          return [[s256, { through, at, silent: silence !== undefined, finding, acted }] as const];
        }),
      );
    },

    /** Ends the leases of a process that is gone. Only where no other process shares the store. */
    async releaseAll() {
      await db
        .updateTable('chaperone.review')
        .set({ claimed_until: null })
        .where('claimed_until', 'is not', null)
        .execute();
    },
  };
}
