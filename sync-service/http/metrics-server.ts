import { createServer } from 'node:http';
import type { Log } from '@portillon/core/base/log.ts';
import type { BaseMetrics } from './base-metrics.ts';

/**
 * Serves the metrics on a port of their own, for programs on this machine only: the address that edges and staff use never
 * tells them. Returns the address, and how to stop.
 */
export async function serveMetrics(
  metrics: BaseMetrics,
  port: number,
  log: Log,
): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.page().then(
      ({ text, type }) => response.writeHead(200, { 'content-type': type }).end(text),
      (error: Error) => {
        log.warn('base.metrics-failed', { detail: error.message });
        response.writeHead(503).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  const taken = typeof address === 'object' && address ? address.port : port;
  return {
    url: `http://127.0.0.1:${taken}/metrics`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
