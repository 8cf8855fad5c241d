// The files of the fake Slack: uploaded in three steps, processed a while after the last, and until then on no message.
// docs.slack.dev/reference/methods/files.getUploadURLExternal, files.completeUploadExternal
import { randomUUID } from 'node:crypto';

type Json = Record<string, unknown>;

export type SlackFile = {
  readonly id: string;
  readonly length: number;
  readonly ticket: string;
  bytes: Buffer | undefined;
  title: string;
  /** When it was handed in; it can be shown `processMs` later. */
  completedAt: number | undefined;
};

export type SlackFiles = ReturnType<typeof openSlackFiles>;

const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

export function openSlackFiles(address: () => string) {
  const files = new Map<string, SlackFile>();
  /** How long Slack takes to look into a file; `Infinity` never ends. */
  let processMs = 150;

  const isProcessed = ({ bytes, completedAt }: SlackFile) =>
    completedAt !== undefined &&
    Date.now() - completedAt >= processMs &&
    bytes?.subarray(0, png.length).equals(png) === true;

  return {
    all: (): readonly SlackFile[] => [...files.values()],
    processIn(ms: number) {
      processMs = ms;
    },
    /** Somebody with the right to deletes a file; messages that show it keep an empty frame. */
    delete: (id: string) => files.delete(id),

    begin({ filename, length }: Json): Json | string {
      const size = Number(length);
      if (typeof filename !== 'string' || filename === '' || !Number.isInteger(size) || size < 1)
        return 'invalid_arguments';
      const id = `F0${randomUUID().replaceAll('-', '').slice(0, 9).toUpperCase()}`;
      const ticket = randomUUID();
      files.set(id, { id, length: size, ticket, bytes: undefined, title: '', completedAt: undefined });
      return { upload_url: `${address()}/upload/${ticket}`, file_id: id };
    },
    /** The HTTP status of bytes sent to an upload address. */
    take(ticket: string, bytes: Buffer): number {
      const file = [...files.values()].find((each) => each.ticket === ticket);
      if (!file || file.completedAt !== undefined) return 404;
      if (bytes.length !== file.length) return 400;
      file.bytes = bytes;
      return 200;
    },
    complete(named: unknown, at: { readonly team: string; readonly botUser: string }): Json | string {
      if (!Array.isArray(named) || named.length === 0) return 'invalid_arguments';
      const found: Json[] = [];
      for (const each of named as Json[]) {
        const file = files.get(String(each.id));
        if (!file?.bytes || file.completedAt !== undefined) return 'file_not_found';
        file.title = typeof each.title === 'string' ? each.title : '';
        file.completedAt = Date.now();
        found.push({
          id: file.id,
          title: file.title,
          mimetype: '',
          filetype: '',
          size: file.length,
          user: at.botUser,
          channels: [],
          permalink: `https://home.slack.com/files/${at.botUser}/${file.id}/picture.png`,
        });
      }
      return { files: found };
    },
    /** Slack fetches an image by its address itself, and reaches nothing on this machine; a file has to be processed. */
    shows({ image_url: url, slack_file: from }: Json): boolean {
      if (url !== undefined) return typeof url === 'string' && /^https:\/\/(?!localhost|127\.)/.test(url);
      const file = files.get(String((from as Json).id));
      return file !== undefined && isProcessed(file);
    },
  };
}
