// @ts-check
/** @typedef {{ passed: number, failed: number, skipped: readonly string[], failures: readonly string[] }} Tally */

/**
 * What a run of vitest came to, from the JSON it writes and the code it ended with. A file that could not be loaded counts
 * as one failure, and so does a run that failed without naming a test: nothing may fail unseen.
 *
 * @param {{ testResults: readonly { name: string, status: string, message?: string, assertionResults: readonly { fullName: string, status: string, failureMessages?: readonly string[] }[] }[] } | null} report
 * @param {number} exitCode
 * @returns {Tally}
 */
export function tallyOf(report, exitCode) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const failedTests = tests.filter(({ status }) => status === 'failed').length;
  const brokenFiles = files.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = failedTests + brokenFiles.length;
  const failures = [
    ...brokenFiles.map(
      ({ name, message }) => `${name}: could not be run\n    ${firstLines([message ?? ''])}`,
    ),
    ...files.flatMap(({ name, assertionResults }) =>
      assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => `${name}: ${fullName}\n    ${firstLines(failureMessages)}`),
    ),
  ];
  const skipped = tests
    .filter(({ status }) => status !== 'passed' && status !== 'failed')
    .map(({ fullName }) => fullName);
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped, failures };
}

/** @param {readonly string[] | undefined} messages */
function firstLines(messages) {
  return (messages ?? []).join('\n').split('\n').slice(0, 3).join('\n    ');
}
