/** The part of `SignatureV4` of `@smithy/signature-v4` that is used here. */
export interface SmithySigner {
  sign(request: {
    method: string;
    protocol: string;
    hostname: string;
    port?: number;
    path: string;
    query: Record<string, string | string[]>;
    headers: Record<string, string>;
    body?: Uint8Array;
  }): Promise<{ headers: Record<string, string> }>;
}

/**
 * A `sign` option made of `SignatureV4`. `AwsClient` of aws4fetch needs none: `sign: (request) => aws.sign(request)`.
 * The token's header is signed like every other, so nothing may change it afterwards.
 */
export function signWith(signer: SmithySigner): (request: Request) => Promise<Request> {
  return async request => {
    const url = new URL(request.url);
    const body = new Uint8Array(await request.clone().arrayBuffer());
    const query: Record<string, string[]> = {};
    for (const [name, value] of url.searchParams) (query[name] ??= []).push(value);
    const { headers } = await signer.sign({
      method: request.method,
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port ? { port: Number(url.port) } : {}),
      path: url.pathname,
      query,
      headers: { ...Object.fromEntries(request.headers), host: url.host },
      ...(body.byteLength ? { body } : {}),
    });
    const sent = new Headers(headers);
    sent.delete("host"); // fetch writes it, and writes the same
    return new Request(request, { headers: sent });
  };
}
