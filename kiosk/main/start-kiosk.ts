import { app, Menu } from 'electron';
import { KioskWindow, type KioskWindowOptions } from './kiosk-window.ts';

export interface StartKioskOptions extends KioskWindowOptions {
  /** The window shows its first page: the edge's, or "one moment". */
  onReady(): void;
}

/**
 * Electron's life: one instance of the program, one window. Started a second time it brings the first window to the
 * front and ends. Resolves when the first page is shown; rejects only on a bug.
 */
export async function startKiosk(options: StartKioskOptions): Promise<void> {
  if (!app.requestSingleInstanceLock()) {
    options.log.info('window.already-open');
    app.quit();
    return;
  }
  app.enableSandbox();
  app.on('window-all-closed', () => app.quit());
  await app.whenReady();
  // No menu: its shortcuts (reload, zoom, close) would work even with no menu bar in sight.
  if (!options.dev) Menu.setApplicationMenu(null);
  const window = new KioskWindow(options);
  app.on('second-instance', () => window.toFront());
  app.on('before-quit', () => window.close());
  await window.start();
  options.onReady();
}
