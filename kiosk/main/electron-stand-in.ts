import { EventEmitter } from 'node:events';

/**
 * Stands in for the `electron` module in tests, where its runtime cannot run: the part of it that the kiosk's window
 * uses, with the behaviour its documentation gives (electron.d.ts 45): `loadURL` rejects when a page cannot be loaded
 * and otherwise ends in `did-finish-load`; events carry `preventDefault`; a second instance gets no lock.
 */
export class StandInWebContents extends EventEmitter {
  readonly session = new StandInSession();
  url = '';
  zoomFactor = 1;
  crashes = 0;
  windowOpenHandler: ((details: { url: string }) => { action: 'allow' | 'deny' }) | undefined;

  getURL(): string {
    return this.url;
  }

  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'allow' | 'deny' }): void {
    this.windowOpenHandler = handler;
  }

  setZoomFactor(factor: number): void {
    this.zoomFactor = factor;
  }

  setVisualZoomLevelLimits(_least: number, _most: number): Promise<void> {
    return Promise.resolve();
  }

  forcefullyCrashRenderer(): void {
    this.crashes += 1;
    this.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 });
  }

  /** What Chromium would do on a link, a redirect, a key: true when the program let it happen. */
  attempt(
    event: 'will-navigate' | 'will-redirect' | 'will-attach-webview',
    details: { url?: string } = {},
  ): boolean {
    let prevented = false;
    this.emit(event, { ...details, preventDefault: () => (prevented = true) }, details.url);
    return !prevented;
  }

  pressKey(input: { key: string; control?: boolean; alt?: boolean; meta?: boolean }): boolean {
    let prevented = false;
    const whole = { type: 'keyDown', control: false, alt: false, meta: false, shift: false, ...input };
    this.emit('before-input-event', { preventDefault: () => (prevented = true) }, whole);
    return !prevented;
  }
}

type RequestHandler = (
  contents: unknown,
  permission: string,
  answer: (granted: boolean) => void,
  details: { requestingUrl: string; mediaTypes?: string[] },
) => void;
type CheckHandler = (
  contents: unknown,
  permission: string,
  origin: string,
  details: { mediaType?: string },
) => boolean;

export class StandInSession {
  requestHandler: RequestHandler | undefined;
  checkHandler: CheckHandler | undefined;
  deviceHandler: (() => boolean) | undefined;

  setPermissionRequestHandler(handler: RequestHandler): void {
    this.requestHandler = handler;
  }

  setPermissionCheckHandler(handler: CheckHandler): void {
    this.checkHandler = handler;
  }

  setDevicePermissionHandler(handler: () => boolean): void {
    this.deviceHandler = handler;
  }

  /** Without a handler Electron grants everything. */
  asks(permission: string, details: { requestingUrl: string; mediaTypes?: string[] }): boolean {
    let granted = this.requestHandler === undefined;
    this.requestHandler?.(null, permission, (answer) => (granted = answer), details);
    return granted;
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly opened: BrowserWindow[] = [];
  /** Pages that load; every other address fails as if nobody listened there. Local pages always load. */
  static readonly reachable = new Set<string>();

  readonly webContents = new StandInWebContents();
  readonly loads: string[] = [];
  readonly options: Record<string, unknown>;
  focused = 0;
  minimized = false;
  #destroyed = false;

  constructor(options: Record<string, unknown>) {
    super();
    this.options = options;
    BrowserWindow.opened.push(this);
  }

  loadURL(url: string): Promise<void> {
    if (this.#destroyed) return Promise.reject(new TypeError('Object has been destroyed'));
    this.loads.push(url);
    if (!url.startsWith('data:') && !BrowserWindow.reachable.has(url)) {
      // Chromium stays on its error page, whose address is the one that failed.
      this.webContents.url = url;
      return Promise.reject(new Error(`ERR_CONNECTION_REFUSED (-102) loading '${url}'`));
    }
    this.webContents.url = url;
    this.webContents.emit('did-finish-load');
    return Promise.resolve();
  }

  isMinimized(): boolean {
    return this.minimized;
  }

  restore(): void {
    this.minimized = false;
  }

  focus(): void {
    this.focused += 1;
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  destroy(): void {
    this.#destroyed = true;
    this.emit('closed');
    app.emit('window-all-closed');
  }
}

class StandInApp extends EventEmitter {
  lockIsFree = true;
  sandboxed = false;
  quits = 0;

  requestSingleInstanceLock(): boolean {
    return this.lockIsFree;
  }

  enableSandbox(): void {
    this.sandboxed = true;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  quit(): void {
    this.quits += 1;
    if (this.quits === 1) this.emit('before-quit');
  }

  exit(_code: number): void {
    this.quits += 1;
  }
}

export const app = new StandInApp();

export const Menu = {
  applicationMenu: undefined as null | undefined,
  setApplicationMenu(menu: null): void {
    Menu.applicationMenu = menu;
  },
};

/** As after a fresh start of the program. */
export function resetStandIn(): void {
  app.removeAllListeners();
  app.lockIsFree = true;
  app.sandboxed = false;
  app.quits = 0;
  BrowserWindow.opened.length = 0;
  BrowserWindow.reachable.clear();
  Menu.applicationMenu = undefined;
}
