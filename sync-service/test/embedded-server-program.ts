import { silentLog } from '@portillon/core/base/log.ts';
import { systemClock } from '@portillon/core/base/system-clock.ts';
import { EmbeddedServer } from '../postgres/embedded-server.ts';

/** Starts the server on the folder given, says who runs it, and ends it: what a test runs as another account. */
const [, , stateFolder = ''] = process.argv;
const server = await EmbeddedServer.start({ stateFolder, clock: systemClock, log: silentLog });
process.stdout.write(`${JSON.stringify({ uid: process.getuid?.(), pid: server.pid, home: server.home })}\n`);
await server.stop();
