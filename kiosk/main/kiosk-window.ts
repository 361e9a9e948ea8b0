import type { CancelTimer, Clock } from '@portillon/core/base/clock.ts';
import type { Log } from '@portillon/core/base/log.ts';
import { BrowserWindow, type Session } from 'electron';
import { oneMomentPage } from './one-moment-page.ts';

export interface KioskWindowOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly preloadPath: string;
  /** Leaves the keys of a developer alone and the window framed. */
  readonly dev: boolean;
  /** Where the edge is now, undefined while it is not known; asked before each attempt. */
  edgeAddress(): string | undefined;
}

/** The edge is back in under 3 s after a crash; a screen that asks every second is not what people wait for. */
const retryMs = 1_000;
/** A moment for the crashed process to be gone; with loading, the screen is back in under 3 s. */
const reloadAfterCrashMs = 300;

/**
 * One window, full screen, that shows the edge's page and nothing else. It survives the crash of its renderer and the
 * absence of the edge. The page is not trusted: sandboxed, no Node, no way to leave, no permission but the camera.
 */
export class KioskWindow {
  readonly #options: KioskWindowOptions;
  readonly #window: BrowserWindow;
  #address: string | undefined;
  #cancelRetry: CancelTimer = () => undefined;

  constructor(options: KioskWindowOptions) {
    this.#options = options;
    this.#window = new BrowserWindow({
      width: 1080,
      height: 1920,
      kiosk: !options.dev,
      fullscreen: !options.dev,
      frame: options.dev,
      autoHideMenuBar: true,
      backgroundColor: '#0C1B5E',
      webPreferences: {
        preload: options.preloadPath,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        devTools: options.dev,
        spellcheck: false,
      },
    });
    this.#guardNavigation();
    this.#guardPermissions(this.#window.webContents.session);
    if (!options.dev) this.#guardKeys();
    this.#watch();
  }

  /** Resolves once the first page is asked for; from then on the window looks after itself. */
  start(): Promise<void> {
    return this.#load();
  }

  /** A second start of the program shows the window that is there. */
  toFront(): void {
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.focus();
  }

  close(): void {
    this.#cancelRetry();
    if (!this.#window.isDestroyed()) this.#window.destroy();
  }

  async #load(): Promise<void> {
    this.#cancelRetry();
    if (this.#window.isDestroyed()) return;
    this.#address = this.#options.edgeAddress();
    if (this.#address === undefined) {
      await this.#showOneMoment();
      return;
    }
    try {
      await this.#window.loadURL(this.#address);
    } catch (refusal) {
      this.#options.log.info('screen.edge-away', { reason: String(refusal) });
      await this.#showOneMoment();
    }
  }

  async #showOneMoment(): Promise<void> {
    if (this.#window.isDestroyed()) return;
    if (this.#window.webContents.getURL() !== oneMomentPage()) await this.#window.loadURL(oneMomentPage());
    this.#tryAgainIn(retryMs);
  }

  #tryAgainIn(delayMs: number): void {
    this.#cancelRetry();
    this.#cancelRetry = this.#options.clock.setTimer(delayMs, () => {
      this.#load().catch((bug: unknown) => {
        this.#options.log.error('screen.load-failed', { reason: String(bug) });
        this.#tryAgainIn(retryMs);
      });
    });
  }

  #watch(): void {
    const contents = this.#window.webContents;
    contents.on('render-process-gone', (_event, details) => {
      this.#options.log.error('screen.renderer-gone', { reason: details.reason });
      this.#tryAgainIn(reloadAfterCrashMs);
    });
    contents.on('unresponsive', () => {
      // Ends in `render-process-gone`, and so in a new page.
      this.#options.log.error('screen.renderer-hangs');
      contents.forcefullyCrashRenderer();
    });
  }

  #guardNavigation(): void {
    const contents = this.#window.webContents;
    contents.on('will-navigate', (event) => {
      if (!this.#isOurs(event.url)) event.preventDefault();
    });
    contents.on('will-redirect', (event) => {
      if (!this.#isOurs(event.url)) event.preventDefault();
    });
    contents.on('will-attach-webview', (event) => event.preventDefault());
    contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  }

  #guardPermissions(session: Session): void {
    session.setPermissionRequestHandler((_contents, permission, answer, details) => {
      const cameraOnly =
        permission === 'media' && 'mediaTypes' in details && details.mediaTypes?.join() === 'video';
      answer(cameraOnly && this.#isOurs(details.requestingUrl));
    });
    session.setPermissionCheckHandler(
      (_contents, permission, origin, details) =>
        permission === 'media' && details.mediaType === 'video' && this.#isOurs(origin),
    );
    session.setDevicePermissionHandler(() => false);
  }

  /** A visitor with a keyboard may type, and may not reload, zoom, close, print or open tools. */
  #guardKeys(): void {
    const contents = this.#window.webContents;
    contents.on('before-input-event', (event, input) => {
      const functionKey = /^F\d{1,2}$/.test(input.key);
      // AltGr writes letters and signs (@, é) on many keyboards and arrives as control and alt together.
      const writes = input.control && input.alt && input.key.length === 1;
      if (functionKey || input.meta || ((input.control || input.alt) && !writes)) event.preventDefault();
    });
    contents.on('did-finish-load', () => {
      contents.setZoomFactor(1);
      contents.setVisualZoomLevelLimits(1, 1).catch((refusal: unknown) => {
        this.#options.log.info('screen.zoom-limit-refused', { reason: String(refusal) });
      });
    });
  }

  #isOurs(address: string): boolean {
    return (
      this.#address !== undefined &&
      URL.canParse(address) &&
      new URL(address).origin === new URL(this.#address).origin
    );
  }
}
