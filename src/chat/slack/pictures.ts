// How pictures get to Slack: drawn, uploaded to no channel, and named by a card. Slack takes a card with a file on it only
// once it has processed the file. Asking whether it has would take the right to read every file in the bot's channels, so
// the card itself is the question: while it is refused, it says the figures in words.
// docs.slack.dev/messaging/working-with-files, docs.slack.dev/reference/block-kit/composition-objects/slack-file-object
import { createHash } from 'node:crypto';
import type { WebClient } from '@slack/web-api';
import { z } from 'zod';
import type { Card, Picture } from '#cards/card.ts';
import { ChatError } from '#chat/chat.ts';
import { call, slackWord } from './calls.ts';
import { drawPicture } from './drawing.ts';
import { pngOf } from './png.ts';

/** Where it is written down which drawings a workspace has, so that each is uploaded once. */
export type Files = {
  /** The name of the file that shows the drawing with this digest. */
  recall(tenant: string, digest: string): Promise<{ readonly file: string; readonly at: Date } | undefined>;
  remember(tenant: string, digest: string, file: string): Promise<void>;
  forget(tenant: string, digest: string): Promise<void>;
};

/** What a picture is shown from: a file's id; or an address, at a Slack on this machine, which shows no other. */
export type Sources = ReadonlyMap<Picture, string>;

export const noSources: Sources = new Map();

const uploadTimeoutMs = 10_000;
/** A file that is refused so long after it was brought is not being processed any more: it is gone. */
const processedMs = 5 * 60_000;
const Uploaded = z.object({ id: z.string(), permalink: z.string().optional() });

export type Pictures = ReturnType<typeof openPictures>;

export function openPictures(client: WebClient, tenant: string, files: Files) {
  async function upload(svg: string, picture: Picture, digest: string): Promise<string> {
    const png = await pngOf(svg);
    const place = await call('files.getUploadURLExternal', () =>
      client.files.getUploadURLExternal({
        filename: `${digest.slice(0, 16)}.png`,
        length: png.byteLength,
      }),
    );
    const { upload_url: url, file_id: id } = place;
    if (!url || !id) throw new ChatError('unavailable', 'files.getUploadURLExternal: no place to upload to');
    await sendTo(url, png);
    const done = await call('files.completeUploadExternal', () =>
      client.files.completeUploadExternal({ files: [{ id, title: picture.title }] }),
    );
    const file = z
      .array(Uploaded)
      .parse(done.files ?? [])
      .find((each) => each.id === id);
    if (!file) throw new ChatError('unavailable', 'files.completeUploadExternal: the file is not there');
    return isHere(file.permalink) ? file.permalink : id;
  }

  return {
    /** The pictures of a card that can be shown now. */
    async shown(card: Card): Promise<Sources> {
      const sources = new Map<Picture, string>();
      for (const picture of picturesOf(card)) {
        const known = await files.recall(tenant, digestOf(drawPicture(picture)));
        if (known) sources.set(picture, known.file);
      }
      return sources;
    },

    /** Slack refused a card with these pictures. One that was deleted, or was another app's, is to be brought anew. */
    async refused(card: Card): Promise<void> {
      for (const picture of picturesOf(card)) {
        const digest = digestOf(drawPicture(picture));
        const known = await files.recall(tenant, digest);
        if (known && Date.now() - known.at.getTime() > processedMs) await files.forget(tenant, digest);
      }
    },

    /** Brings every picture of a card to Slack that is not there yet. A copy left by a process that died is seen by nobody. */
    async bring(card: Card): Promise<void> {
      for (const picture of picturesOf(card)) {
        const svg = drawPicture(picture);
        const digest = digestOf(svg);
        if (await files.recall(tenant, digest)) continue;
        await files.remember(tenant, digest, await upload(svg, picture, digest));
      }
    },
  };
}

const picturesOf = ({ blocks }: Card): Picture[] =>
  blocks.flatMap((block) => (block.kind === 'picture' ? [block.picture] : []));

/**
 * Sends a card with the pictures that are there. Where Slack refuses one (`invalid_blocks`: it is not processed yet, or
 * gone), nothing was sent, and the card goes out with words in its place.
 */
export async function withPictures<T>(
  pictures: Pictures,
  card: Card,
  send: (sources: Sources) => Promise<T>,
): Promise<{ readonly sent: T; readonly lacks: boolean }> {
  const sources = await pictures.shown(card);
  const all = picturesOf(card).length;
  if (sources.size === 0) return { sent: await send(noSources), lacks: all > 0 };
  try {
    return { sent: await send(sources), lacks: sources.size < all };
  } catch (error) {
    if (slackWord(error) !== 'invalid_blocks') throw error;
    const sent = await send(noSources);
    await pictures.refused(card);
    return { sent, lacks: true };
  }
}

const digestOf = (svg: string) => createHash('sha256').update(svg).digest('base64url');

/** The bytes go to the address Slack gave, without the token: the address is the leave to write there. */
async function sendTo(url: string, png: Uint8Array): Promise<void> {
  if (!url.startsWith('https:') && !isHere(url))
    throw new ChatError('refused', 'files.getUploadURLExternal: an address that is not https');
  let status: number;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'image/png' },
      body: new Uint8Array(png),
      redirect: 'error',
      signal: AbortSignal.timeout(uploadTimeoutMs),
    });
    await response.arrayBuffer();
    status = response.status;
  } catch (cause) {
    throw new ChatError('unavailable', 'a picture could not be uploaded', { cause });
  }
  if (status !== 200) throw new ChatError('unavailable', `a picture could not be uploaded: HTTP ${status}`);
}

const isHere = (address: string | undefined): address is string => {
  const url = address === undefined ? null : URL.parse(address);
  return url?.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
};
