import { get } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  readonly encoding: string | null;
  /** As they came over the wire: nothing is unpacked. */
  readonly bytes: Buffer;
}

/** What `fetch` hides: the bytes before they are unpacked. */
export function rawAnswer(url: string, headers: Headers): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers: Object.fromEntries(headers) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          encoding: response.headers['content-encoding'] ?? null,
          bytes: Buffer.concat(chunks),
        }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}
