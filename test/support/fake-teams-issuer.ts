// The Bot Connector's issuer: OpenID metadata, a JWKS with endorsements, and tokens valid or forged in one named way.
import {
  exportJWK,
  type GenerateKeyPairResult,
  generateKeyPair,
  type JWK,
  SignJWT,
  UnsecuredJWT,
} from 'jose';

export type Forgery =
  | 'wrong signing key'
  | 'unknown key id'
  | 'no key id'
  | 'wrong audience'
  | 'wrong issuer'
  | 'expired'
  | 'expired within the skew'
  | 'not yet valid'
  | 'no expiry'
  | 'wrong serviceurl'
  | 'no serviceurl'
  | 'key not endorsed'
  | 'key endorsed for another channel'
  | 'symmetric with the public key'
  | 'alg none'
  | 'another algorithm'
  | 'not a token';

type Key = {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: GenerateKeyPairResult['privateKey'];
  readonly public: JWK;
};

const issuer = 'https://api.botframework.com';

async function makeKey(kid: string, alg: string, endorsements?: readonly string[]): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return {
    kid,
    alg,
    privateKey,
    public: { ...jwk, kid, alg, use: 'sig', ...(endorsements && { endorsements }) },
  };
}

export type Issuer = Awaited<ReturnType<typeof openIssuer>>;

export async function openIssuer(appId: string) {
  const good = await makeKey('endorsed', 'RS256', ['msteams', 'webchat']);
  const bare = await makeKey('bare', 'RS256');
  const other = await makeKey('other', 'RS256', ['directline']);
  const ps = await makeKey('ps', 'PS256', ['msteams']);
  const stranger = await makeKey('stranger', 'RS256', ['msteams']);
  let published = [good, bare, other, ps];

  async function sign(serviceUrl: string, forgery?: Forgery): Promise<string> {
    if (forgery === 'not a token') return 'not.a.token';
    const now = Math.floor(Date.now() / 1_000);
    const lifetimes: Partial<Record<Forgery, readonly [number, number]>> = {
      expired: [now - 7_200, now - 301 - 5],
      'expired within the skew': [now - 7_200, now - 240],
      'not yet valid': [now + 400, now + 7_200],
    };
    const [from, until] = lifetimes[(forgery ?? '') as Forgery] ?? [now - 10, now + 3_600];
    const claims = {
      iss: forgery === 'wrong issuer' ? 'https://sts.windows.net/elsewhere/' : issuer,
      aud: forgery === 'wrong audience' ? '00000000-0000-0000-0000-00000000dead' : appId,
      nbf: from,
      ...(forgery !== 'no expiry' && { exp: until }),
      ...(forgery !== 'no serviceurl' && {
        serviceurl: forgery === 'wrong serviceurl' ? 'https://smba.trafficmanager.net/evil/' : serviceUrl,
      }),
    };
    if (forgery === 'alg none') return new UnsecuredJWT(claims).encode();
    if (forgery === 'symmetric with the public key') {
      const secret = new TextEncoder().encode(JSON.stringify(good.public));
      return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: good.kid }).sign(secret);
    }
    const keys: Partial<Record<Forgery, Key>> = {
      'key not endorsed': bare,
      'key endorsed for another channel': other,
      'another algorithm': ps,
      'wrong signing key': stranger,
      'unknown key id': stranger,
    };
    const key = (forgery && keys[forgery]) ?? published[0] ?? good;
    const kid = forgery === 'wrong signing key' ? good.kid : key.kid;
    const header = { alg: key.alg, ...(forgery !== 'no key id' && { kid }) };
    return new SignJWT(claims).setProtectedHeader(header).sign(key.privateKey);
  }

  return {
    sign,
    /** The issuer begins to sign with a key nobody has seen yet. */
    async rotate() {
      published = [await makeKey(`endorsed-${published.length}`, 'RS256', ['msteams']), ...published];
    },
    metadata: (base: string) => ({
      issuer,
      authorization_endpoint: 'https://invalid.botframework.com',
      jwks_uri: `${base}/v1/.well-known/keys`,
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    jwks: () => ({ keys: published.map((key) => key.public) }),
  };
}
