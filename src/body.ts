/** How long a body that is too large is still taken in, unkept: who is cut off while sending never reads why. */
const lingerMs = 5_000;

/** The bytes of a request's body; undefined where there are more than `limit`. */
export async function takeBody({ body }: Request, limit: number): Promise<Buffer<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  const until = performance.now() + lingerMs;
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size <= limit) chunks.push(chunk);
    else if (performance.now() > until) break;
  }
  return size <= limit ? Buffer.concat(chunks) : undefined;
}
