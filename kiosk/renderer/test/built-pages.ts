import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import sirv from 'sirv';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The screens and the gallery, built as for a kiosk into a folder of their own. */
export class BuiltPages {
  readonly folder = mkdtempSync(join(tmpdir(), 'portillon-pages-'));

  async build(): Promise<void> {
    await build({
      root,
      base: './',
      configFile: false,
      plugins: [react()],
      logLevel: 'error',
      build: {
        outDir: this.folder,
        emptyOutDir: true,
        chunkSizeWarningLimit: 2_000,
        rolldownOptions: { input: [join(root, 'index.html'), join(root, 'gallery.html')] },
      },
    });
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Serves a folder on a free loopback port. */
export async function serveFolder(folder: string): Promise<{ url: string; close(): Promise<void> }> {
  const files = sirv(folder, { dev: false });
  const server: Server = createServer((request, response) => files(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
