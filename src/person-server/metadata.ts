import { acceptedAlgorithms } from '#aauth/key.ts';
import { publicJwks } from '#aauth/signing-keys.ts';
import { identitySupported } from '#person-server/identity.ts';
import type { Server } from '#person-server/server.ts';

/** Browsers may read what anybody may read. */
const anybody = { 'access-control-allow-origin': '*' };

/** `GET /.well-known/aauth-person.json` (draft §ps-metadata). */
export function metadata({ issuer, missionControlEndpoint, people, about }: Server): Response {
  const { scopes, claims } = identitySupported(people.values());
  const document = {
    issuer,
    name: 'Chaperone',
    description: 'Puts what agents ask before the people they act for, in the chat those people use.',
    ...about,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    person_token_endpoint: `${issuer}/person`,
    auth_token_endpoint: `${issuer}/token`,
    mission_endpoint: `${issuer}/mission`,
    permission_endpoint: `${issuer}/permission`,
    audit_endpoint: `${issuer}/audit`,
    interaction_endpoint: `${issuer}/interaction`,
    revocation_endpoint: `${issuer}/revoke`,
    mission_control_endpoint: missionControlEndpoint,
    scopes_supported: scopes,
    claims_supported: claims,
    accept_signature_algs: acceptedAlgorithms,
  };
  return published(document);
}

/**
 * `GET /.well-known/aauth-access.json` (draft §access-server-metadata): what a resource verifies our tokens by that has us as
 * its access server. Person Servers of others are no callers here, whatever they send.
 */
export function accessMetadata({ issuer, about }: Server): Response {
  const document = {
    issuer,
    name: 'Chaperone',
    description: 'Decides for its own people what their agents may do at the resources that chose it.',
    ...about,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    auth_token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    accept_signature_algs: acceptedAlgorithms,
  };
  return published(document);
}

const published = (document: object) =>
  new Response(JSON.stringify(document), {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=300', ...anybody },
  });

/** `GET {jwks_uri}`: every key a verifier may still need. It may be kept for less than a new key is published before it signs. */
export async function jwks({ keys }: Server): Promise<Response> {
  return new Response(JSON.stringify(publicJwks(await keys.published())), {
    headers: { 'content-type': 'application/json', 'cache-control': 'public, max-age=60', ...anybody },
  });
}
