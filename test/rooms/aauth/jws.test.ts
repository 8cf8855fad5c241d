import fc from 'fast-check';
import { CompactSign, compactVerify, importJWK } from 'jose';
import { describe, expect, test } from 'vitest';
import { isSignedBy, openJws, signJws } from '#aauth/jws.ts';
import { generateSigningKey, type SigningKey, signatureOf } from '#aauth/signing-keys.ts';

const keys = await Promise.all([generateSigningKey('Ed25519'), generateSigningKey('ES256')]);
const [ed25519, es256] = keys as [SigningKey, SigningKey];
const payload = { sub: 'me', café: ['☕', 1.5, null] };
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Signed by us, whatever the header says. */
function forge(header: object, key: SigningKey) {
  const input = `${part(header)}.${part(payload)}`;
  return `${input}.${signatureOf(key, Buffer.from(input)).toString('base64url')}`;
}

describe.each(keys)('a signature with $alg', (key) => {
  test('is verified by another implementation, and by us', async () => {
    const jws = signJws('test+jwt', payload, key);
    const read = await compactVerify(jws, await importJWK({ ...key.publicJwk }), { algorithms: [key.alg] });
    expect(read.protectedHeader).toEqual({ typ: 'test+jwt', alg: key.alg, kid: key.kid });
    expect(JSON.parse(new TextDecoder().decode(read.payload))).toEqual(payload);
    expect(isSignedBy(jws, key.publicJwk)).toBe(true);
    expect(openJws(jws)).toEqual({ header: { ...read.protectedHeader }, payload });
  });

  test('of another implementation is verified by us, and by no other key', async () => {
    const jws = await new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: key.alg })
      .sign(await importJWK({ ...key.privateJwk }));
    expect(isSignedBy(jws, key.publicJwk)).toBe(true);
    for (const other of [...keys.filter((one) => one !== key), await generateSigningKey(key.alg)])
      expect(isSignedBy(jws, other.publicJwk)).toBe(false);
  });

  test('is of that algorithm only if the header says so', () => {
    for (const alg of ['none', 'EdDSA', 'HS256', ...keys.map((one) => one.alg), undefined])
      expect(isSignedBy(forge({ alg }, key), key.publicJwk)).toBe(alg === key.alg);
  });

  test('whose bytes are changed, cut or lengthened is none', () => {
    const jws = signJws('test+jwt', payload, key);
    const start = jws.lastIndexOf('.') + 1;
    const bytes = Buffer.from(jws.slice(start), 'base64url');
    const withSignature = (signature: Uint8Array) =>
      isSignedBy(`${jws.slice(0, start)}${Buffer.from(signature).toString('base64url')}`, key.publicJwk);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Uint8Array.from(bytes, (byte, n) => (n === at ? byte ^ flip : byte));
        expect(withSignature(changed)).toBe(false);
        expect(withSignature(bytes.subarray(0, at))).toBe(false);
        expect(withSignature(Buffer.concat([bytes, Buffer.from([flip])]))).toBe(false);
      }),
    );
    expect(withSignature(bytes)).toBe(true);
  });
});

describe('what is no signed JSON of ours to read', () => {
  test('asks for an extension', () => {
    const extended = { alg: 'Ed25519', crit: ['b64'], b64: false };
    expect(openJws(forge(extended, ed25519))).toBeUndefined();
    expect(isSignedBy(forge(extended, ed25519), ed25519.publicJwk)).toBe(false);
  });

  test.each([
    '',
    '.',
    '..',
    'a.b',
    'a.b.c.d',
    'e30.e30.e30=',
    'e30.e30.\n',
    ' e30.e30.',
    'bnVsbA.e30.',
    'W10.e30.',
  ])('is %j', (text) => {
    expect(openJws(text)).toBeUndefined();
    expect(isSignedBy(text, es256.publicJwk)).toBe(false);
  });

  test('and anything else is told by an answer, never by a failure', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json().map(part)), { maxLength: 4 }), (parts) => {
        const text = parts.join('.');
        expect(isSignedBy(text, ed25519.publicJwk)).toBe(false);
        openJws(text);
      }),
    );
  });
});
