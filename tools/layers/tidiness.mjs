// @ts-check
/** @typedef {import('./import-rules.mjs').SourceFile} SourceFile */

const vagueNames = /(^|-)(utils?|helpers?|manager|common|misc)$/;
const wellNamed = /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|contract|browser|process|web|config))*$/;

/**
 * File names that are not one idea in small words with hyphens.
 * @param {readonly string[]} paths
 * @returns {string[]}
 */
export function untidyNames(paths) {
  return paths.flatMap((path) => {
    const name = (path.split('/').at(-1) ?? '').replace(/\.(d\.ts|[a-z]+)$/, '');
    if (!wellNamed.test(name)) return [`${path}: names are small words joined by hyphens`];
    if (vagueNames.test(name.replace(/\..*$/, '')))
      return [`${path}: name the idea (the main export) instead`];
    return [];
  });
}

/** What must not stand in the tree: it is true on one machine only. */
const machineWords = [
  { pattern: /(^|[^\w.])\/(work|root)\//, why: 'a path of one machine' },
  { pattern: /(^|[^\w.])\/home\/\w/, why: 'a path of one machine' },
  { pattern: /https?:\/\/[\w.-]*registry[\w.-]*/i, why: 'the host of a package registry' },
  { pattern: /"resolved": "https?:/, why: 'the host of a package registry' },
];

/**
 * @param {readonly SourceFile[]} files
 * @returns {string[]}
 */
export function machineBoundWords(files) {
  return files.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        machineWords
          .filter(({ pattern }) => pattern.test(line))
          .map(({ why }) => `${path}:${index + 1} holds ${why}: ${line.trim().slice(0, 100)}`),
      ),
  );
}

/** Program sources that write a temporary path out instead of asking the system for it. @param {readonly SourceFile[]} sources */
export function literalTemporaryPaths(sources) {
  return sources.flatMap(({ path, text }) =>
    text
      .split('\n')
      .flatMap((line, index) =>
        /['"`]\/tmp\b/.test(line) ? [`${path}:${index + 1} names the temporary folder: use os.tmpdir()`] : [],
      ),
  );
}
