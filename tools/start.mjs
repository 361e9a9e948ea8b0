// @ts-check
import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAll } from './build.mjs';
import { electronProgram } from './set-up/electron-runtime.mjs';
import { requireNode } from './set-up/node-version.mjs';
import { say } from './set-up/progress.mjs';
import { giveUp, inProject } from './set-up/project.mjs';
import { setUp } from './set-up.mjs';
import { ClubPrograms, clubFileNamed } from './start/club-programs.mjs';
import { StateFolder } from './start/state-folder.mjs';

const help = `npm start -- OPTIONS     a whole club on this machine: member base, simulated devices, kiosk

    --fresh            forgets the club of the last time and begins anew
    --club NAME        lyon-part-dieu (the default), madrid (members get a pass, no cards), or the path of a club file
    --state FOLDER     where the club is kept (.portillon in the project; of another club .portillon-NAME)
    --terminal MODEL   concert (V3 on a serial line, the default), caisse-ap (V3 over IP) or zvt
    --gate MODEL       modbus (a relay board, the default) or osdp (a board and a badge reader on an OSDP line)
    --yes              installs missing Debian packages without asking
    --with-electron    fetches Electron's runtime, for the kiosk in a window of its own
    --no-electron      offers the kiosk in a browser only
    --help             this

Ctrl-C ends everything. The next start goes on with the same club.`;

requireNode();
const options = readOptions();
if (options.help) {
  say(help);
  process.exit(0);
}

const clubFile = chosenClub();
const state = await openState();
const programs = new ClubPrograms(state, say, {
  terminal: options.terminal,
  gate: options.gate,
  ...(clubFile === null ? {} : { clubFile }),
});

let ending = false;
/** @param {number} code */
async function end(code) {
  if (ending) return;
  ending = true;
  await programs.stop();
  await state.release();
  process.exit(code);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
  process.on(signal, () => {
    if (!ending) say('\nEnding.');
    void end(0);
  });

try {
  const missing = await setUp({ yes: options.yes, withElectron: options['with-electron'] });
  await buildAll();
  const club = await programs.start({ electron: !options['no-electron'] });
  if (!ending) tell(club, missing);
} catch (error) {
  if (!ending) say(`\n${error instanceof Error ? error.message : String(error)}`);
  await end(1);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        club: { type: 'string' },
        state: { type: 'string' },
        terminal: { type: 'string' },
        gate: { type: 'string' },
        yes: { type: 'boolean', default: false },
        'with-electron': { type: 'boolean', default: false },
        'no-electron': { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return giveUp(`${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
}

/** Null for the usual one. */
function chosenClub() {
  try {
    return options.club === undefined ? null : clubFileNamed(options.club);
  } catch (error) {
    return giveUp(error instanceof Error ? error.message : String(error));
  }
}

async function openState() {
  try {
    const usual = clubFile === null ? '.portillon' : `.portillon-${basename(clubFile, '.json')}`;
    const folder = new StateFolder(resolve(options.state ?? inProject(usual)));
    await folder.take();
    if (options.fresh) folder.empty();
    return folder;
  } catch (error) {
    return giveUp(error instanceof Error ? error.message : String(error));
  }
}

/**
 * @param {Awaited<ReturnType<ClubPrograms['start']>>} club
 * @param {readonly { name: string, without: string }[]} missing
 */
function tell({ base, sims, kioskUrl, gateScreens, window }, missing) {
  const staff = /** @type {{ user: string, password: string } | null} */ (base.staff);
  const rows = [
    ['Kiosk screen', window ? `in its window, and ${kioskUrl}` : kioskUrl],
    ...Object.values(gateScreens).map((url, index) => [index === 0 ? 'Gate screen' : '', url]),
    ['Staff page', String(base.staffUrl)],
    ['', staff ? `user ${staff.user}, password ${staff.password}` : 'with the password you have set'],
    ['Device panel', String(sims.panelUrl)],
    ['State', state.path],
    ['Logs', state.in('logs')],
    ['Stop', 'Ctrl-C; the next start goes on with the same club'],
  ];
  const width = Math.max(...rows.map(([name]) => (name ?? '').length));
  say('\nThe club is open.\n');
  for (const [name, value] of rows) say(`    ${(name ?? '').padEnd(width)}   ${value}`);
  if (
    !window &&
    !options['no-electron'] &&
    (!electronProgram() || !existsSync(inProject('build', 'electron')))
  )
    say("\n    Electron's runtime is not here: the same screen is offered in a browser.");
  for (const { name, without } of missing) say(`    Without ${name} this does not work: ${without}.`);
  for (const device of Array.isArray(sims.missing) ? sims.missing : [])
    say(`    Missing device: ${device.name}: ${device.why}${device.command ? ` (${device.command})` : ''}`);
  say('');
}
