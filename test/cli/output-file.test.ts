// Files that commands write: what is there stays, unless it may go; and a secret is for its owner alone.
import {
  chmodSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '../../src/cli/io.js';
import { makeFolder, writeOutputs } from '../../src/cli/output-file.js';
import { record } from './recorder.js';

let cwd: string;
let io: Io;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'authcheck-output-'));
  io = record({ cwd }).io;
});
afterEach(() => rmSync(cwd, { recursive: true }));

const read = (name: string): string => readFileSync(join(cwd, name), 'utf8');
const modeOf = (name: string): string => (statSync(join(cwd, name)).mode & 0o777).toString(8);

describe('files', () => {
  it('are new ones: where one is there already, none of them is written', () => {
    writeFileSync(join(cwd, 'there'), 'mine');
    const files = [
      { path: 'new', text: 'a' },
      { path: 'there', text: 'b' },
    ];
    expect(() => writeOutputs(files, {}, io)).toThrow('there: the file exists already; --force writes over it');
    expect([readdirSync(cwd), read('there')]).toEqual([['there'], 'mine']);
  });

  it('are written all, or none that is in the way of the next try', () => {
    const files = [
      { path: 'private', text: 'a', isSecret: true },
      { path: 'nowhere/public', text: 'b' },
    ];
    expect(() => writeOutputs(files, {}, io)).toThrow('nowhere/public: there is no such folder');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('replace others when they may, as a whole, and leave nothing beside them', () => {
    writeFileSync(join(cwd, 'there'), 'mine');
    writeOutputs([{ path: 'there', text: 'b' }], { force: true }, io);
    expect([readdirSync(cwd), read('there')]).toEqual([['there'], 'b']);
    mkdirSync(join(cwd, 'folder'));
    expect(() => writeOutputs([{ path: 'folder/x/y', text: 'b' }], { force: true }, io)).toThrow(
      'folder/x/y: there is no such folder',
    );
    expect(readdirSync(join(cwd, 'folder'))).toEqual([]);
  });

  it('are two, if there are two', () => {
    const files = [
      { path: 'a', text: 'private', isSecret: true },
      { path: './a', text: 'public' },
    ];
    expect(() => writeOutputs(files, { force: true }, io)).toThrow('./a is named for two files');
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('take the place of no folder, and are written through no link', () => {
    mkdirSync(join(cwd, 'folder'));
    writeFileSync(join(cwd, 'elsewhere'), 'mine');
    symlinkSync('elsewhere', join(cwd, 'link'));
    symlinkSync('nowhere', join(cwd, 'dangling'));
    for (const [path, why] of [
      ['folder', 'this is a folder'],
      ['link', 'this is not an ordinary file'],
      ['dangling', 'this is not an ordinary file'],
    ] as const)
      for (const force of [false, true])
        expect(() => writeOutputs([{ path, text: 'b' }], { force }, io), path).toThrow(`${path}: ${why}`);
    expect([read('elsewhere'), readdirSync(cwd).includes('nowhere')]).toEqual(['mine', false]);
  });

  it('are for everybody whom their owner lets read them, and a secret for nobody else', () => {
    const write = (isSecret: boolean, force: boolean): void =>
      writeOutputs([{ path: 'a', text: 'x', isSecret }], { force }, io);
    write(true, false);
    expect(modeOf('a')).toBe('600');
    chmodSync(join(cwd, 'a'), 0o644);
    write(true, true);
    expect(modeOf('a')).toBe('600');
    chmodSync(join(cwd, 'a'), 0o640);
    write(false, true);
    expect(modeOf('a')).toBe('640');
  });
});

it('a folder is made, unless there is something else', () => {
  makeFolder('a/b', io);
  makeFolder('a/b', io);
  writeFileSync(join(cwd, 'file'), '');
  expect(() => makeFolder('file', io)).toThrow('file: there is something that is not a folder');
  expect(readdirSync(join(cwd, 'a'))).toEqual(['b']);
});
