import { z } from 'zod';
import { optionalWords, unlessBlank } from '#person-server/body.ts';

/** The platforms of the draft's registry; a value it does not hold says nothing a person could use, and is left out. */
const platforms = ['web', 'mobile', 'desktop', 'workload', 'self-hosted'];

/** Printable characters only: no controls, no line breaks, nothing that changes direction. */
const printable = /^[^\p{C}\p{Zl}\p{Zp}]{0,64}$/u;

/** The members both token requests share (draft §person-token-endpoint, §ps-token-endpoint). */
export const TokenRequest = z.object({
  subagent_token: z.string().min(1).optional(),
  upstream_token: z.string().min(1).optional(),
  justification: optionalWords,
  login_hint: z.string().optional(),
  tenant: z.string().optional(),
  domain_hint: z.string().optional(),
  prompt: z.string().optional(),
  platform: z
    .string()
    .transform((value) => (platforms.includes(value) ? value : undefined))
    .optional(),
  device: z.string().regex(printable).transform(unlessBlank).optional(),
  capabilities: z.array(z.string()).optional(),
});

export type TokenRequest = z.infer<typeof TokenRequest>;

/** Whether the agent wants its person asked even where nothing would have to be (OpenID Connect `prompt`). */
export function insistsOnConsent({ prompt }: TokenRequest): boolean {
  return (prompt ?? '').split(' ').some((value) => value === 'consent' || value === 'login');
}

/**
 * What the agent says it can do itself. Under a mission one that says nothing keeps what it could when that was approved (draft
 * §ps-token-endpoint): where no channel reaches its person, it brought them to the page for that.
 */
export function capabilitiesOf(
  { capabilities }: { readonly capabilities?: readonly string[] | undefined },
  missionS256: string | undefined,
): readonly string[] | undefined {
  return capabilities ?? (missionS256 === undefined ? [] : undefined);
}

/** What the agent says about itself and its reasons, for a person to read as the agent's. */
export function saidByAgent({ justification, platform, device }: TokenRequest) {
  return { justification, platform, device };
}
