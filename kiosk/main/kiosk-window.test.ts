import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '@portillon/core/base/log.ts';
import { VirtualClock } from '@portillon/core/base/virtual-clock.ts';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readEdgeAddress } from './edge-address.ts';
import { app, BrowserWindow, Menu, resetStandIn } from './electron-stand-in.ts';
import { oneMomentPage } from './one-moment-page.ts';

vi.mock('electron', () => import('./electron-stand-in.ts'));
const { startKiosk } = await import('./start-kiosk.ts');

const edgeUrl = 'http://127.0.0.1:4100/';

async function open({ dev = false, address = (): string | undefined => edgeUrl } = {}) {
  const clock = new VirtualClock();
  const ready = vi.fn();
  await startKiosk({
    clock,
    log: silentLog,
    preloadPath: 'preload.cjs',
    dev,
    edgeAddress: address,
    onReady: ready,
  });
  const window = BrowserWindow.opened[0];
  if (window === undefined) throw new Error('a window was opened');
  return { clock, ready, window, contents: window.webContents };
}

beforeEach(() => {
  resetStandIn();
  BrowserWindow.reachable.add(edgeUrl);
});

describe('the window', () => {
  it('fills the screen and trusts its page with nothing', async () => {
    const { window, ready } = await open();
    expect(window.options).toMatchObject({
      kiosk: true,
      fullscreen: true,
      frame: false,
      width: 1080,
      height: 1920,
    });
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      devTools: false,
    });
    expect(app.sandboxed).toBe(true);
    expect(Menu.applicationMenu).toBeNull();
    expect(window.loads).toEqual([edgeUrl]);
    expect(ready).toHaveBeenCalledOnce();
  });

  it('is opened once: a second start shows the first window and ends', async () => {
    const { window } = await open();
    window.minimized = true;
    app.emit('second-instance');
    expect(window.minimized).toBe(false);
    expect(window.focused).toBe(1);

    // The second start is a process of its own: it hears nothing of the first one's events.
    app.removeAllListeners();
    app.lockIsFree = false;
    await startKiosk({
      clock: new VirtualClock(),
      log: silentLog,
      preloadPath: 'preload.cjs',
      dev: false,
      edgeAddress: () => edgeUrl,
      onReady: () => undefined,
    });
    expect(BrowserWindow.opened).toHaveLength(1);
    expect(app.quits).toBe(1);
  });

  it('leaves no timer behind when it is closed', async () => {
    BrowserWindow.reachable.clear();
    const { clock } = await open();
    expect(clock.pendingTimers).toBe(1);
    app.emit('before-quit');
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('while the edge is away', () => {
  it('shows a page of its own and tries again until the edge is there', async () => {
    BrowserWindow.reachable.clear();
    const { clock, window, contents, ready } = await open();
    expect(contents.url).toBe(oneMomentPage());
    expect(ready).toHaveBeenCalledOnce();
    await clock.advance(5_000);
    expect(contents.url).toBe(oneMomentPage());
    BrowserWindow.reachable.add(edgeUrl);
    await clock.advance(1_000);
    expect(window.loads.at(-1)).toBe(edgeUrl);
    expect(contents.url).toBe(edgeUrl);
  });

  it('waits for the edge to say where it is', async () => {
    let address: string | undefined;
    const { clock, contents } = await open({ address: () => address });
    expect(contents.url).toBe(oneMomentPage());
    address = edgeUrl;
    await clock.advance(1_000);
    expect(contents.url).toBe(edgeUrl);
  });
});

describe('a crash of the renderer', () => {
  it('is mended by loading the page again in less than 3 s', async () => {
    const { clock, window, contents } = await open();
    contents.emit('render-process-gone', {}, { reason: 'oom', exitCode: 1 });
    await clock.advance(1_000);
    expect(window.loads).toEqual([edgeUrl, edgeUrl]);
  });

  it('is what becomes of a renderer that hangs', async () => {
    const { clock, window, contents } = await open();
    contents.emit('unresponsive');
    expect(contents.crashes).toBe(1);
    await clock.advance(1_000);
    expect(window.loads).toHaveLength(2);
  });
});

describe('leaving the page', () => {
  it.each(['will-navigate', 'will-redirect'] as const)(
    '%s is denied, except within the page itself',
    async (event) => {
      const { contents } = await open();
      expect(contents.attempt(event, { url: 'https://example.com/' })).toBe(false);
      expect(contents.attempt(event, { url: 'http://127.0.0.1:4101/' })).toBe(false);
      expect(contents.attempt(event, { url: 'file:///etc/hosts' })).toBe(false);
      expect(contents.attempt(event, { url: `${edgeUrl}?again` })).toBe(true);
    },
  );

  it('by a new window or a web view is denied', async () => {
    const { contents } = await open();
    expect(contents.windowOpenHandler?.({ url: edgeUrl })).toEqual({ action: 'deny' });
    expect(contents.attempt('will-attach-webview')).toBe(false);
  });
});

describe('permissions', () => {
  it('give the camera to our page, and nothing else to anybody', async () => {
    const { session } = (await open()).contents;
    expect(session.asks('media', { requestingUrl: edgeUrl, mediaTypes: ['video'] })).toBe(true);
    expect(session.asks('media', { requestingUrl: edgeUrl, mediaTypes: ['video', 'audio'] })).toBe(false);
    expect(session.asks('media', { requestingUrl: edgeUrl, mediaTypes: ['audio'] })).toBe(false);
    expect(session.asks('media', { requestingUrl: 'https://example.com/', mediaTypes: ['video'] })).toBe(
      false,
    );
    expect(session.asks('geolocation', { requestingUrl: edgeUrl })).toBe(false);
    expect(session.checkHandler?.(null, 'media', edgeUrl, { mediaType: 'video' })).toBe(true);
    expect(session.checkHandler?.(null, 'media', edgeUrl, { mediaType: 'audio' })).toBe(false);
    expect(session.checkHandler?.(null, 'hid', edgeUrl, {})).toBe(false);
    expect(session.deviceHandler?.()).toBe(false);
  });
});

describe('keys', () => {
  it('of the program are locked, keys that write are not', async () => {
    const { contents } = await open();
    expect(contents.pressKey({ key: 'F5' })).toBe(false);
    expect(contents.pressKey({ key: 'F12' })).toBe(false);
    expect(contents.pressKey({ key: '+', control: true })).toBe(false);
    expect(contents.pressKey({ key: 'F4', alt: true })).toBe(false);
    expect(contents.pressKey({ key: 'q', meta: true })).toBe(false);
    expect(contents.pressKey({ key: 'F' })).toBe(true);
    expect(contents.pressKey({ key: 'é' })).toBe(true);
    expect(contents.pressKey({ key: '@', control: true, alt: true })).toBe(true);
    expect(contents.pressKey({ key: 'ArrowDown' })).toBe(true);
  });

  it('are left to a developer with --dev', async () => {
    const { contents, window } = await open({ dev: true });
    expect(contents.pressKey({ key: 'F5' })).toBe(true);
    expect(window.options).toMatchObject({ kiosk: false, fullscreen: false });
  });
});

describe('the address of the edge', () => {
  it('is taken from the argument or from the ready file, on this machine only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'portillon-window-'));
    const edgeReadyFile = join(folder, 'edge.json');
    try {
      expect(readEdgeAddress({ url: 'http://127.0.0.1:4100' })).toBe(edgeUrl);
      expect(readEdgeAddress({ url: 'http://example.com/' })).toBeUndefined();
      expect(readEdgeAddress({ url: 'file:///etc/hosts' })).toBeUndefined();
      expect(readEdgeAddress({ edgeReadyFile })).toBeUndefined();
      writeFileSync(edgeReadyFile, '{"url":');
      expect(readEdgeAddress({ edgeReadyFile })).toBeUndefined();
      writeFileSync(edgeReadyFile, JSON.stringify({ url: edgeUrl, pid: 1 }));
      expect(readEdgeAddress({ edgeReadyFile })).toBe(edgeUrl);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
