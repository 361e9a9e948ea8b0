import { afterAll, expect } from 'vitest';

/** What a test file must not leave behind: servers, connections, programs. Timers are left to the virtual clock. */
const watched = ['TCPServerWrap', 'TCPSocketWrap', 'ProcessWrap', 'FSEventWrap'];

const open = () => process.getActiveResourcesInfo().filter((kind) => watched.includes(kind));
const openBefore = open().length;

/** Closing takes some turns of the event loop after the call that asked for it. */
const turnsToClose = 200;

// Registered before anything the file registers itself, hence run after it.
afterAll(async () => {
  for (let turn = 0; turn < turnsToClose && open().length > openBefore; turn++)
    await new Promise((resolve) => setImmediate(resolve));
  expect(open().slice(openBefore), 'the tests of this file left these open').toEqual([]);
});
