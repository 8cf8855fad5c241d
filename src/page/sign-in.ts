// Signing in at the operator's own issuer: OpenID Connect's authorization code flow, by openid-client.
//
//   issuer    the operator's identity provider; the only one whose word counts
//   state     ties an answer to the sign-in it belongs to; nonce ties the id token to it, PKCE the code
//   fresh     they have to prove who they are now, whatever session they have there
import * as oidc from 'openid-client';
import type { SignedIn } from '#page/page.ts';

export type SignInOptions = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Where the issuer sends people back to; it is registered there. */
  readonly redirectUri: string;
  readonly now: () => Date;
};

/** A sign-in that was begun: what it has to come back with. */
export type Begun = { readonly state: string; readonly nonce: string; readonly verifier: string };

export type SignIn = {
  readonly issuer: string;
  /**
   * Begins a sign-in. `fresh` asks the issuer to have them prove who they are again (OpenID Connect Core §3.1.2.1,
   * `prompt=login`, `max_age=0`).
   * @throws {SignInError} `unavailable`
   */
  begin(fresh: boolean): Promise<Begun & { readonly url: URL }>;
  /**
   * Takes the answer to a sign-in: exchanges its code and checks the id token with its signature, issuer, audience, times,
   * nonce and, for a fresh one, that they proved who they are no earlier than it began.
   * @throws {SignInError} `refused` for an answer that does not hold, `unavailable` where the issuer does not answer
   */
  finish(
    answer: URL,
    begun: Begun & { readonly fresh: boolean; readonly startedAt: Date },
  ): Promise<SignedIn>;
  /**
   * Asks the issuer what it can do.
   * @throws {SignInError} `unavailable`
   */
  check(): Promise<void>;
};

export type SignInErrorCode = 'refused' | 'unavailable';

export class SignInError extends Error {
  override readonly name = 'SignInError';
  readonly code: SignInErrorCode;

  constructor(code: SignInErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const waitSeconds = 10;
/** How long the issuer's word about itself is believed. */
const discoveredMs = 3_600_000;
/** The clocks of the issuer and of this machine may differ by this much. */
const skewSeconds = 30;
/** The longest a person may be on their way back after they proved who they are. */
const freshSeconds = 300;

/** Opens the way to an issuer; it is asked about itself at the first sign-in, and again every hour. */
export function openSignIn({ issuer, clientId, clientSecret, redirectUri, now }: SignInOptions): SignIn {
  let known: { readonly until: number; readonly configuration: Promise<oidc.Configuration> } | undefined;

  async function discovered(): Promise<oidc.Configuration> {
    if (known && known.until > now().getTime()) return await known.configuration;
    const loopback = issuer.startsWith('http:');
    const configuration = oidc.discovery(
      new URL(issuer),
      clientId,
      { client_secret: clientSecret, [oidc.clockTolerance]: skewSeconds },
      undefined,
      {
        timeout: waitSeconds,
        // The code came through a browser: what the token says is believed for its signature, not for its way.
        execute: [oidc.enableNonRepudiationChecks, ...(loopback ? [oidc.allowInsecureRequests] : [])],
      },
    );
    known = { until: now().getTime() + discoveredMs, configuration };
    try {
      return await configuration;
    } catch (error) {
      known = undefined;
      throw new SignInError('unavailable', `${issuer} does not say how to sign in there`, { cause: error });
    }
  }

  return {
    issuer,

    async begin(fresh) {
      const configuration = await discovered();
      const begun = {
        state: oidc.randomState(),
        nonce: oidc.randomNonce(),
        verifier: oidc.randomPKCECodeVerifier(),
      };
      const url = oidc.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid email',
        state: begun.state,
        nonce: begun.nonce,
        code_challenge: await oidc.calculatePKCECodeChallenge(begun.verifier),
        code_challenge_method: 'S256',
        ...(fresh && { prompt: 'login', max_age: '0' }),
      });
      return { ...begun, url };
    },

    async finish(answer, { state, nonce, verifier, fresh, startedAt }) {
      const configuration = await discovered();
      let claims: oidc.IDToken | undefined;
      try {
        const tokens = await oidc.authorizationCodeGrant(configuration, answer, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(fresh && { maxAge: freshSeconds }),
        });
        claims = tokens.claims();
      } catch (error) {
        throw new SignInError('refused', 'the sign-in does not hold', { cause: error });
      }
      if (!claims) throw new SignInError('refused', 'the answer holds no id token');
      const authenticatedAt =
        typeof claims.auth_time === 'number' ? new Date(claims.auth_time * 1_000) : undefined;
      // A session from before is no fresh proof, however young it is.
      const earliest = startedAt.getTime() - skewSeconds * 1_000;
      if (fresh && (!authenticatedAt || authenticatedAt.getTime() < earliest))
        throw new SignInError('refused', 'they proved who they are before this sign-in began');
      return {
        issuer,
        sub: claims.sub,
        ...(claims['email_verified'] === true &&
          typeof claims['email'] === 'string' && { email: claims['email'].toLowerCase() }),
        ...(authenticatedAt && { authenticatedAt }),
      };
    },

    async check() {
      await discovered();
    },
  };
}
