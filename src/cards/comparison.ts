// An ask that its agent changed: what it was beside what it is, so that nobody approves the new one unread.
import type { Request } from '#mission-control/facts.ts';
import type { Block } from './card.ts';
import { fact, factsOf, listed, quote, section } from './parts.ts';
import * as words from './words/ask.ts';

type Earlier = {
  readonly scope: readonly string[];
  readonly justification?: string;
  readonly description?: string;
};

/** Old and new side by side; nothing where the server does not tell the old. */
export function comparison({ previous, resourceAsserted, agentAsserted }: Request): Block[] {
  const before = previous && earlier(previous);
  if (!before) return [];
  const now = resourceAsserted.scope?.map(({ value }) => value) ?? [];
  const dropped = before.scope.filter((value) => !now.includes(value));
  const added = now.filter((value) => !before.scope.includes(value));
  const same = dropped.length === 0 && added.length === 0;
  return section(words.changed.label, [
    ...(before.scope.length === 0 && now.length === 0
      ? []
      : factsOf(
          fact(words.changed.scopeBefore, listed(before.scope)),
          fact(words.changed.scopeNow, listed(now)),
          fact(words.changed.dropped, listed(dropped)),
          fact(words.changed.added, listed(added)),
        )),
    ...(same && now.length > 0 ? [{ kind: 'note', line: words.sameScope } as const] : []),
    ...(added.length > 0 && dropped.length === 0 ? [{ kind: 'note', line: words.widened } as const] : []),
    ...(before.justification === agentAsserted.justification
      ? []
      : quote(words.changed.reasonBefore, before.justification, 240)),
    ...(before.description === agentAsserted.description
      ? []
      : quote(words.changed.descriptionBefore, before.description, 240)),
  ]);
}

/** The server's own record of what it showed before; a member it spells otherwise is not there. */
function earlier(previous: Readonly<Record<string, unknown>>): Earlier | undefined {
  const resource = previous['resource_asserted'];
  const agent = previous['agent_asserted'];
  if (!isRecord(resource) && !isRecord(agent)) return undefined;
  const scope =
    isRecord(resource) && Array.isArray(resource['scope']) ? (resource['scope'] as unknown[]) : [];
  const told = (name: string) => {
    const value = isRecord(agent) ? agent[name] : undefined;
    return typeof value === 'string' ? { [name]: value } : {};
  };
  return {
    scope: scope.flatMap((each) =>
      isRecord(each) && typeof each['value'] === 'string' ? [each['value']] : [],
    ),
    ...told('justification'),
    ...told('description'),
  };
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
