import type { Files } from '#chat/slack/slack.ts';

/** Which drawings a workspace has, for as long as a test runs; `at` is when each is said to have been brought. */
export function filesAtHand(at = () => new Date()): Files {
  const files = new Map<string, { readonly file: string; readonly at: Date }>();
  return {
    recall: async (tenant, digest) => files.get(`${tenant} ${digest}`),
    remember: async (tenant, digest, file) => void files.set(`${tenant} ${digest}`, { file, at: at() }),
    forget: async (tenant, digest) => void files.delete(`${tenant} ${digest}`),
  };
}
