import { createHmac } from "node:crypto";

export interface TokenClaims {
  /** Shared with the service (JWT_SECRET), at least 32 bytes. */
  secret: string | undefined;
  /** The user it is for, or the name of the calling service. */
  subject: string;
  /** "service" sees everyone: batch, models, experiments over people, summaries. */
  scope?: "service" | undefined;
  /** The service's JWT_ISSUER and JWT_AUDIENCE. */
  issuer?: string | undefined;
  audience?: string | undefined;
  expiresInSeconds?: number | undefined;
}

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** A short-lived HS256 token (RFC 7519) for the `X-Nutri-Token` header. Throws RangeError for a secret under 32 bytes. */
export function mintToken({
  secret,
  subject,
  scope,
  issuer = "nutri-backend",
  audience = "nutri-ml",
  expiresInSeconds = 60,
}: TokenClaims): string {
  if (secret === undefined || Buffer.byteLength(secret) < 32) throw new RangeError("the secret must have at least 32 bytes");
  const iat = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, aud: audience, sub: subject, iat, exp: iat + expiresInSeconds };
  const signed = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(scope ? { ...claims, scope } : claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** Whom a call is about: undefined where it is about nobody in particular, or about many. */
export interface Caller {
  userId: string | undefined;
}

export type TokenSource = (caller: Caller) => string | Promise<string>;

/**
 * A token of its own for each attempt: the user's where there is one, else one with the service scope.
 * Throws RangeError at once for a secret that is absent or under 32 bytes.
 */
export function tokensFrom(
  options: Omit<TokenClaims, "subject" | "scope"> & { service?: string | undefined },
): TokenSource {
  const { service = "backend", ...claims } = options;
  mintToken({ ...claims, subject: service });
  return ({ userId }) =>
    userId === undefined
      ? mintToken({ ...claims, subject: service, scope: "service" })
      : mintToken({ ...claims, subject: userId });
}
