/** An answer's body, with what came around it. */
export interface WithResponse<T> {
  data: T;
  status: number;
  headers: Headers;
  /** For `If-None-Match`; undefined where the answer has none. */
  etag: string | undefined;
  /** As in the service's logs. */
  requestId: string | undefined;
}

/** The answer's body, and on wish all of the answer. */
export interface NutriPromise<T> extends Promise<T> {
  withResponse(): Promise<WithResponse<T>>;
}

export function answering<T>(call: Promise<[T, Response]>): NutriPromise<T> {
  const body = call.then(([data]) => data);
  return Object.assign(body, {
    withResponse: async (): Promise<WithResponse<T>> => {
      // whoever takes all of it hears of a refusal here, and not a second time
      body.catch(() => undefined);
      const [data, { status, headers }] = await call;
      return {
        data,
        status,
        headers,
        etag: headers.get("etag") ?? undefined,
        requestId: headers.get("x-request-id") ?? undefined,
      };
    },
  });
}
