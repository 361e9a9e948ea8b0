// @ts-check
const stringOrComment =
  /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g;

/** @param {string} text */
const blanked = (text) => text.replace(/[^\n]/g, ' ');

/**
 * The source with comments blanked, lines kept. A scan, not a parser: the TypeScript in use has no parser to call, and the
 * formatter keeps statements in a shape that a scan reads well.
 * @param {string} source
 */
export const withoutComments = (source) =>
  source.replace(stringOrComment, (match, string) => string ?? blanked(match));

/**
 * The source with comments blanked and underscores for what stands in quotes, lines kept.
 * @param {string} source
 */
export const withoutCommentsAndStrings = (source) =>
  source.replace(stringOrComment, (match, string) =>
    string ? match.replace(/[^\n]/g, '_') : blanked(match),
  );

/** @typedef {{ specifier: string, line: number, typeOnly: boolean }} Import */

const importStatement =
  /^[ \t]*(?:import|export)\s+(type\s)?([^'"`;]*?\sfrom\s*)?(['"])([^'"\n]+)\3|\bimport\s*\(\s*(['"])([^'"\n]+)\5/gm;

/**
 * What a source imports or re-exports, dynamic imports included.
 * @param {string} source
 * @returns {Import[]}
 */
export function importsOf(source) {
  const text = withoutComments(source);
  return [...text.matchAll(importStatement)].map((match) => {
    const names = match[2] ?? '';
    return {
      specifier: match[4] ?? match[6] ?? '',
      line: text.slice(0, match.index).split('\n').length,
      typeOnly: match[1] !== undefined || onlyTypes(names),
    };
  });
}

/** `import { type A, type B } from`: nothing is left of it at run time. @param {string} names */
function onlyTypes(names) {
  const braces = /^\{([^}]*)\}\s*from\s*$/.exec(names.trim());
  if (!braces) return false;
  const parts = (braces[1] ?? '').split(',').filter((part) => part.trim() !== '');
  return parts.length > 0 && parts.every((part) => part.trim().startsWith('type '));
}
