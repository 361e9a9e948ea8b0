import { expect, it } from 'vitest';
import { runCommand } from './run-command.mjs';

it('ends a command that spins, with everything it started, when its time is up', async () => {
  const spinning = 'sh -c "echo $$; while :; do :; done" & while :; do :; done';
  const { code, output } = await runCommand('sh', ['-c', spinning], { quiet: true, limitMs: 500 });
  expect(code).toBe(128);
  const inner = Number(output.trim());
  expect(() => process.kill(inner, 0)).toThrow(/ESRCH/);
});

it('tells a program that does not exist', async () => {
  expect(await runCommand('no-such-program', [], { quiet: true })).toMatchObject({ code: 127 });
});
