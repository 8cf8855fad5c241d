import type { Files } from '#chat/slack/slack.ts';

/** Which drawings a workspace has, for as long as a test runs. */
export function filesAtHand(): Files {
  const files = new Map<string, string>();
  return {
    recall: async (tenant, digest) => files.get(`${tenant} ${digest}`),
    remember: async (tenant, digest, file) => void files.set(`${tenant} ${digest}`, file),
  };
}
