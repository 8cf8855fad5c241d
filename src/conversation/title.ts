// What a mission is called: nobody gives missions a name, so its title is the first line that says something.
import { unseen } from './spelling.ts';

/** Titles are at most this many characters. */
export const titleLength = 80;

/** Headings that agents put above every mission alike. */
const generic = new Set(
  'mission,the mission,goal,goals,intent,task,purpose,objective,objectives,description,overview,summary'.split(
    ',',
  ),
);

/** The title of a mission: the first telling line of its Markdown without the markup, at most 80 characters. Not yet inert. */
export function missionTitle(description: string) {
  const lines = description
    .slice(0, 10_000)
    .split(/[\r\n\u2028\u2029\u0085]+/)
    .map(plain)
    .filter((line) => /[\p{L}\p{N}]/u.test(line));
  const title = lines.find((line) => !generic.has(line.toLowerCase().replace(/[:.]$/, ''))) ?? lines[0];
  if (title === undefined) return 'untitled mission';
  const letters = Array.from(title);
  return letters.length > titleLength
    ? `${letters
        .slice(0, titleLength - 1)
        .join('')
        .trimEnd()}…`
    : title;
}

/** One line of Markdown as its words. */
function plain(line: string) {
  return line
    .slice(0, 1_000)
    .replace(/\s/g, ' ')
    .replace(unseen, '')
    .replace(/^(?:\s|>|#{1,6}(?=\s)|[-*+](?=\s)|\d{1,3}[.)](?=\s))+/, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/g, '')
    .replace(/\s#+\s*$/, '')
    .replace(/ +/g, ' ')
    .trim();
}
