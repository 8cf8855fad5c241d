// The words of an act against the words of its mission, of its fields before, and of the entry before.
import { put, type Sheet, valueOf } from './measures.ts';
import type { Reading } from './reading.ts';
import { touch } from './topic.ts';
import { historyOf, type Trail, writableHistory } from './trail.ts';
import { weigh } from './vocabulary.ts';
import { hash, partsOf, stem } from './words.ts';

const digit = /\d/;

/** How much of what the act says is the mission's. */
export function measureWords(trail: Trail, action: string, reading: Reading, sheet: Sheet) {
  const { topic } = trail;
  const sum = { all: 0, related: 0, params: 0, paramsRelated: 0 };
  let touched = false;
  const isOurs = (stemmed: number): boolean => {
    if (!topic.words.has(stemmed)) return false;
    if (touch(topic, stemmed)) touched = true;
    return true;
  };
  const inAction = new Set<number>();
  for (const part of partsOf(action)) {
    const stemmed = hash(stem(part));
    const weight = digit.test(part) ? 0 : weigh(part);
    if (weight === 0 || inAction.has(stemmed)) continue;
    inAction.add(stemmed);
    sum.all += weight;
    if (isOurs(stemmed)) sum.related += weight;
  }
  let stranger: string | undefined;
  const fields = new Map<string, { all: number; related: number }>();
  for (const word of reading.words) {
    const weight = weigh(word.text);
    if (weight === 0) continue;
    const ours = isOurs(word.stem) ? weight : 0;
    const field = fields.get(word.field) ?? { all: 0, related: 0 };
    fields.set(word.field, { all: field.all + weight, related: field.related + ours });
    if (!word.first) continue;
    sum.params += weight;
    sum.paramsRelated += ours;
    if (ours === 0) stranger ??= word.text;
    if (inAction.has(word.stem)) continue;
    sum.all += weight;
    sum.related += ours;
  }

  const quote = stranger ?? action;
  const irrelevance = 1 - (sum.related + 0.5) / (sum.all + 1);
  // A word or two say little either way.
  put(sheet, 'unrelated', Math.min(1, sum.params / 2) / (1 + sum.paramsRelated), { quote });
  // A mission that never used many of its own words is held to its own habit, not to everybody's.
  const told = trail.acts - 1;
  const habit = (trail.irrelevance + 1.1) / (told + 2);
  put(sheet, 'less_related', (irrelevance - habit) * Math.min(1, told / 3), { quote });
  const reached = touched || topic.weight === 0 ? 0 : topic.touched / topic.weight;
  put(sheet, 'past_goal', reached / (1 + sum.paramsRelated));
  for (const [name, field] of fields) {
    const history = historyOf(trail, name);
    if (history.texts > 0) {
      const usual = history.related / (history.texts + 0.5);
      const now = (field.related + 0.3) / (field.all + 0.3);
      const fall = (usual - now) * Math.min(1, field.all / 2);
      if (fall > valueOf(sheet, 'field_off_topic'))
        put(sheet, 'field_off_topic', fall, { field: name, quote });
    }
    const write = writableHistory(trail, name);
    write.texts++;
    write.related += field.related / field.all;
  }
  return { all: sum.all, params: sum.params, irrelevance };
}

/** Whether the act goes on with anything of the entry before. `says` is whether it says anything at all. */
export function measureContinuity(trail: Trail, reading: Reading, says: boolean, sheet: Sheet): void {
  if (!says || trail.previous === undefined) return;
  const { words, values } = trail.previous;
  let all = reading.values.length;
  let shared = 0;
  for (const word of reading.words) {
    if (!word.first) continue;
    const weight = weigh(word.text);
    all += weight;
    if (words.has(word.stem)) shared += weight;
  }
  for (const value of reading.values) if (values.has(value.whole)) shared++;
  if (all > 0) put(sheet, 'discontinuous', 1 - Math.min(1, shared / all));
}
