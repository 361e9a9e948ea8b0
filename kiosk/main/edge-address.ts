import { readFileSync } from 'node:fs';

/**
 * Where the edge serves the screen: from `--url`, or from the ready file the edge writes (`--edge-ready-file`, field
 * `url`), read anew before each attempt because the port may change with every start of the edge. Anything but a
 * loopback http address is refused: the window shows one thing only. Undefined while the address is not known.
 */
export function readEdgeAddress(given: { url?: string; edgeReadyFile?: string }): string | undefined {
  if (given.url !== undefined) return loopbackOnly(given.url);
  return given.edgeReadyFile === undefined ? undefined : fromReadyFile(given.edgeReadyFile);
}

function fromReadyFile(path: string): string | undefined {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    // Not there, or not readable yet: the edge is starting. The caller asks again.
    return undefined;
  }
  if (typeof content !== 'object' || content === null || !('url' in content)) return undefined;
  return typeof content.url === 'string' ? loopbackOnly(content.url) : undefined;
}

function loopbackOnly(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  const loopback = url.hostname === '127.0.0.1' || url.hostname === 'localhost';
  return url.protocol === 'http:' && loopback ? url.href : undefined;
}
