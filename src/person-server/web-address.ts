/** An address a person, or a request of ours, may be sent to: https without credentials, or loopback in development. */
export function isWebAddress(text: string, { development }: { readonly development: boolean }): boolean {
  const url = URL.parse(text);
  if (!url || url.username || url.password || text.length > 2048) return false;
  const loopback = url.hostname === 'localhost' || url.hostname === '127.0.0.1';
  return url.protocol === 'https:' || (development && url.protocol === 'http:' && loopback);
}
