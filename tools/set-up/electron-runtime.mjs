// @ts-check
import { existsSync } from 'node:fs';
import { say, step } from './progress.mjs';
import { inProject, projectFolder } from './project.mjs';
import { runCommand } from './run-command.mjs';

/**
 * Where Electron's program is, or null when it was never downloaded. Its files are looked at rather than loaded: loading
 * the package would start a download.
 */
export function electronProgram() {
  const program = inProject('node_modules', 'electron', 'dist', 'electron');
  return existsSync(program) ? program : null;
}

/** Whether there is a screen to open a window on. */
export const hasDisplay = () => Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

/** Fetches Electron's runtime when asked to; its absence never breaks anything. */
export async function fetchElectron() {
  if (electronProgram()) return;
  const script = inProject('node_modules', 'electron', 'install.js');
  await step("fetching Electron's runtime", () =>
    runCommand(process.execPath, [script], { cwd: projectFolder, quiet: true }),
  );
  if (!electronProgram())
    say("  Electron's runtime could not be fetched: the same screen is offered in a browser.");
}
