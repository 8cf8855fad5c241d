import { createHash } from 'node:crypto';

/** A mission as a person approved it. Times are UTC; the blob states them to the millisecond. */
export type ApprovedMission = {
  readonly agent: string;
  readonly approvedAt: Date;
  readonly description: string;
  readonly expiresAt?: Date | undefined;
  readonly approvedTools?:
    | readonly { readonly name: string; readonly description?: string | undefined }[]
    | undefined;
  readonly approvedResources?: readonly string[] | undefined;
  /** Further members; readers that do not know them ignore them. */
  readonly members?: Readonly<Record<string, unknown>> | undefined;
};

export type MissionBlob = { readonly bytes: Uint8Array; readonly s256: string };

/**
 * Writes the mission blob, once: these bytes are what is stored, returned and served, and `s256` is their name
 * (draft §mission-approval, §mission-identifier). Capabilities are not part of it.
 */
export function encodeMission(mission: ApprovedMission): MissionBlob {
  const { agent, approvedAt, description, expiresAt, approvedTools, approvedResources, members } = mission;
  const text = JSON.stringify({
    ...members,
    agent,
    approved_at: approvedAt.toISOString(),
    ...(expiresAt && { expires_at: expiresAt.toISOString() }),
    description,
    // Each has a name and a description, also where the agent proposed none.
    ...(approvedTools && {
      approved_tools: approvedTools.map(({ name, description = '' }) => ({ name, description })),
    }),
    ...(approvedResources && { approved_resources: approvedResources }),
  });
  const bytes = new TextEncoder().encode(text);
  return { bytes, s256: s256Of(bytes) };
}

/** The identifier of a mission or of an update: SHA-256 of exactly these bytes, base64url without padding. */
export function s256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('base64url');
}

/** Whether `text` has the form of an `s256`. One that spells 32 bytes in another way than we do is of the form, and unknown. */
export function isS256(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}
