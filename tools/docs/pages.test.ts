import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectFolder } from '../set-up/project.mjs';

const read = (path: string) => readFileSync(join(projectFolder, path), 'utf8');
const json = (path: string) => JSON.parse(read(path));

function filesIn(folder: string, ending: RegExp): string[] {
  return readdirSync(join(projectFolder, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesIn(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

const workspaces: string[] = json('package.json').workspaces;

describe('documents', () => {
  it.each(['README.md', 'CHANGELOG.md', ...filesIn('docs', /\.md$/)])(
    '%s links only to what is there',
    (page) => {
      const links = [...read(page).matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
        .map((match) => match[1] ?? '')
        .filter((link) => !/^https?:/.test(link));
      const broken = links.filter(
        (link) => !existsSync(join(projectFolder, normalize(join(dirname(page), link)))),
      );
      expect(broken).toEqual([]);
    },
  );
});

describe('docs/dependencies.md', () => {
  const rows = new Map(
    read('docs/dependencies.md')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, name]) => name?.startsWith('`'))
      .map(([, name, , licence]) => [name?.replaceAll('`', '') ?? '', licence]),
  );
  const asked = new Set(
    ['.', ...workspaces].flatMap((workspace) => {
      const { dependencies = {}, devDependencies = {} } = json(join(workspace, 'package.json'));
      return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    }),
  );

  it('names every package a workspace asks for, and no other', () => {
    expect([...rows.keys()].sort()).toEqual([...asked].sort());
  });

  it('says the licence that the installed package says', () => {
    for (const [name, licence] of rows)
      expect(licence, name).toBe(json(join('node_modules', name, 'package.json')).license);
  });
});

it('docs/invariants.md says which of them tests cite', () => {
  const tests = workspaces.flatMap((workspace) => filesIn(workspace, /\.test\.tsx?$/)).map(read);
  const cited = Array.from({ length: 14 }, (_, index) => `I${index + 1}`).filter((number) =>
    tests.some((text) => new RegExp(`\\b${number}\\b`).test(text)),
  );
  expect(/Cited by tests of this version: ([^.]+)\./.exec(read('docs/invariants.md'))?.[1]).toBe(
    cited.join(', '),
  );
});
