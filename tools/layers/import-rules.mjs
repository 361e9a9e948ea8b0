// @ts-check
import { dirname, join, normalize } from 'node:path';
import { layers, nativeHomes, timeAndChanceHomes } from './layer-map.mjs';
import { importsOf, withoutCommentsAndStrings } from './source-text.mjs';

/** @typedef {{ path: string, text: string }} SourceFile path relative to the project, with forward slashes */
/** @typedef {{ target: string, line: number, typeOnly: boolean }} Edge target: a file of ours, or the name of a package */

/** @param {string} path */
export const isTest = (path) => /\.test\.tsx?$|(^|\/)test\//.test(path);

/**
 * @param {string} path
 * @param {string} place a folder or a file
 */
const isIn = (path, place) => path === place || path.startsWith(`${place}/`);

/** @param {string} path */
const layerOf = (path) => layers.find(({ folder }) => isIn(path, folder));

/**
 * Everything that is wrong with who imports whom, one sentence each, with the chain.
 * @param {readonly SourceFile[]} files
 * @returns {string[]}
 */
export function brokenImports(files) {
  const graph = new Map(files.map((file) => [file.path, edgesOf(file)]));
  return [...graph.keys()]
    .filter((path) => !isTest(path))
    .flatMap((path) => [...wrongImports(path, graph), ...wrongChains(path, graph)]);
}

/**
 * @param {SourceFile} file
 * @returns {Edge[]}
 */
function edgesOf({ path, text }) {
  return importsOf(text).map(({ specifier, line, typeOnly }) => ({
    target: targetOf(path, specifier),
    line,
    typeOnly,
  }));
}

/**
 * @param {string} from
 * @param {string} specifier
 */
function targetOf(from, specifier) {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  if (specifier.startsWith('@portillon/')) return specifier.slice('@portillon/'.length);
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/**
 * @param {string} path
 * @param {ReadonlyMap<string, Edge[]>} graph
 */
function wrongImports(path, graph) {
  const layer = layerOf(path);
  const wrong = [];
  for (const { target, line } of graph.get(path) ?? []) {
    const home = nativeHomes[target];
    if (home && !isIn(path, home)) wrong.push(`${path}:${line} imports ${target}: only ${home} may`);
    const itsLayer = layerOf(target);
    if (!layer || !itsLayer) continue;
    const allowed = isIn(target, layer.folder) || layer.mayImport.some((place) => isIn(target, place));
    if (!allowed) wrong.push(`${path}:${line} → ${target}: ${layer.why}`);
  }
  return wrong;
}

/**
 * What a file must not reach through others. The shortest chain is told, once for each thing reached.
 * @param {string} path
 * @param {ReadonlyMap<string, Edge[]>} graph
 */
function wrongChains(path, graph) {
  const layer = layerOf(path);
  const forbidden = layer?.mayNotReach ?? [];
  if (forbidden.length === 0) return [];
  const wrong = [];
  const seen = new Set([path]);
  /** @type {string[][]} */
  let chains = [[path]];
  while (chains.length > 0) {
    /** @type {string[][]} */
    const longer = [];
    for (const chain of chains) {
      for (const { target, typeOnly } of graph.get(chain.at(-1) ?? '') ?? []) {
        if (typeOnly || seen.has(target)) continue;
        seen.add(target);
        const next = [...chain, target];
        const hit = forbidden.some((place) =>
          place === 'node:*' ? target.startsWith('node:') : isIn(target, place),
        );
        if (hit) wrong.push(`${next.join(' → ')}: ${layer?.why}`);
        else longer.push(next);
      }
    }
    chains = longer;
  }
  return wrong;
}

const realTimeOrChance = [
  /\bDate\.now\b/,
  /\bnew Date\(\s*\)/,
  /\bMath\.random\b/,
  /\bperformance\.now\b/,
  /(?<![.\w])(?:setTimeout|setInterval)\s*\(/,
  /(?:globalThis|window)\.(?:setTimeout|setInterval)\b/,
];

/**
 * Uses of real time and chance outside their homes.
 * @param {readonly SourceFile[]} files
 * @returns {string[]}
 */
export function strayTimeAndChance(files) {
  return files
    .filter(({ path }) => !timeAndChanceHomes.includes(path))
    .flatMap(({ path, text }) => [
      ...withoutCommentsAndStrings(text)
        .split('\n')
        .flatMap((line, index) =>
          realTimeOrChance.some((pattern) => pattern.test(line))
            ? [`${path}:${index + 1} uses real time or chance: take a Clock or a Random\n    ${line.trim()}`]
            : [],
        ),
      ...importsOf(text)
        .filter(({ specifier }) => specifier.startsWith('node:timers'))
        .map(({ line }) => `${path}:${line} imports node:timers: take a Clock`),
    ]);
}
