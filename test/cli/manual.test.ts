import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeManual, type ManualFile } from '../../src/cli/manual.js';
import { buildProgram, COMMAND_NAMES, listCommands } from '../../src/cli/tree.js';
import { run } from '../e2e/program.js';
import { record } from './recorder.js';

const root = resolve(import.meta.dirname, '../..');
let manual: readonly ManualFile[] = [];

beforeAll(async () => {
  manual = await writeManual('1.2.3');
});

function page(name: string): string {
  const found = manual.find((file) => file.name === `${name}.1`);
  expect(found, name).toBeDefined();
  return found?.text ?? '';
}

/** The text of a page as a reader sees it: no macros, no fonts, escapes resolved. */
function read(roff: string): string {
  return roff
    .split('\n')
    .filter((line) => !/^\.(?:nf|fi|TP|PP|nh|ad)\b/.test(line))
    .map((line) => line.replace(/^\.S[HS] /, ''))
    .join('\n')
    .replace(/\\f[BIR]|\\&/g, '')
    .replace(/\\\[u([0-9A-F]{4,6})\]/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)))
    .replace(/\\\(dq/g, '"')
    .replace(/\\\(aq/g, "'")
    .replace(/\\\(ha/g, '^')
    .replace(/\\\(ti/g, '~')
    .replace(/\\-/g, '-');
}

const HEADINGS = [
  ...['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS', 'OPTIONS', 'EXAMPLE', 'EXIT STATUS', 'ENVIRONMENT', 'FILES'],
  'SEE ALSO',
];

describe('the manual', () => {
  it('has a page for every command, and package.json names them all', () => {
    const names = manual.map(({ name }) => name);
    for (const name of ['authcheck', ...COMMAND_NAMES.map((command) => `authcheck-${command}`)])
      expect(names).toContain(`${name}.1`);
    for (const name of ['authcheck-config-check.1', 'authcheck-jwks-generate.1']) expect(names).toContain(name);
    expect(new Set(names).size).toBe(names.length);
    const { man } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { man: readonly string[] };
    expect([...man].sort()).toEqual(names.map((name) => `dist/man/${name}`).sort());
  });

  it('is what the build wrote', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    for (const { name, text } of manual) {
      expect(readFileSync(join(root, 'dist/man', name), 'utf8'), name).toBe(text.replaceAll('1.2.3', version));
    }
  });

  it('is the same whenever it is written', async () => {
    expect(await writeManual('1.2.3')).toEqual(manual);
    for (const { text } of manual)
      expect(text).toMatch(/^\.TH "AUTHCHECK[A-Z\\-]*" "1" "" "authcheck 1\.2\.3" "authcheck"\n/);
  });

  it('is roff: known macros, and text that is none by accident', () => {
    for (const { name, text } of manual) {
      expect(text.endsWith('\n'), name).toBe(true);
      for (const line of text.trimEnd().split('\n')) {
        expect(line, name).toMatch(/^(?:\.(?:TH|SH|SS) \S|\.(?:TP|PP|nf|fi|nh|ad l)$|[^.'\s])/);
        expect(line, name).toMatch(/^[\x20-\x7e]+$/);
        // Every backslash begins an escape that is known.
        expect(line.replace(/\\(?:f[BIR]|[e&-]|\((?:dq|aq|ga|ha|ti)|\[u[0-9A-F]{4,6}\])/g, ''), name).not.toContain(
          '\\',
        );
        const fonts = [...line.matchAll(/\\f([BIR])/g)].map(([, font]) => font);
        fonts.forEach((font, index) => {
          expect(font === 'R', line).toBe(index % 2 === 1);
        });
        expect(fonts.length % 2, line).toBe(0);
      }
      expect(text.split('\n.nf\n').length, name).toBe(text.split('\n.fi\n').length);
      // A paragraph with a tag has the tag and a text.
      expect(text, name).not.toMatch(/\.TP\n(?:\.|[^\n]*\n\.TP\n\.)/);
    }
  });

  it('has the headings of a page, in their order', () => {
    for (const { name, text } of manual) {
      const headings = [...text.matchAll(/^\.SH (.+)$/gm)].map(([, heading = '']) => heading);
      expect(headings, name).toEqual(HEADINGS.filter((heading) => headings.includes(heading)));
      for (const heading of ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXAMPLE', 'EXIT STATUS', 'SEE ALSO'])
        expect(headings, name).toContain(heading);
    }
    expect(page('authcheck-validate').match(/^\.SH .*$/gm)).toEqual(
      HEADINGS.filter((heading) => heading !== 'COMMANDS').map((heading) => `.SH ${heading}`),
    );
  });

  it('says what help says: usage, every flag, the example', async () => {
    for (const name of COMMAND_NAMES) {
      const program = await buildProgram(name, () => Promise.resolve(), record().io);
      const top = program.commands.find((command) => command.name() === name);
      for (const command of top === undefined ? [] : listCommands(top)) {
        const path = command === top ? [name] : [name, command.name()];
        const shown = read(page(['authcheck', ...path].join('-')));
        const helper = command.createHelp();
        expect(shown).toContain(helper.commandUsage(command));
        for (const option of helper.visibleOptions(command)) {
          expect(shown).toContain(`\n${helper.optionTerm(option)}\n${helper.optionDescription(option)}\n`);
        }
      }
      const { stdout } = await run([name, '--help']);
      const [, example = ''] = /^Example:\n {2}(.*)\n/.exec(stdout) ?? [];
      expect(example).not.toBe('');
      expect(read(page(`authcheck-${name}`))).toContain(`\nEXAMPLE\n${example}\n`);
    }
  });

  it('lists every command on the page of the program', () => {
    for (const name of COMMAND_NAMES) expect(read(page('authcheck'))).toMatch(new RegExp(`\n${name}\n`));
  });

  it('says which exit codes there are', () => {
    const codes = (name: string): string => {
      const [, list = ''] = /\nEXIT STATUS\n([^]*?)\n(?:ENVIRONMENT|FILES|SEE ALSO)\n/.exec(read(page(name))) ?? [];
      return list;
    };
    expect(codes('authcheck-can')).toBe(
      '0\nyes\n1\nno\n2\nusage, config or unreadable input\n3\nundecided\n70\na bug in authcheck\n130\ninterrupted',
    );
    expect(codes('authcheck')).toBe(codes('authcheck-validate'));
    expect(codes('authcheck-schema')).toMatch(/^0\nprinted\n2\n[^]*\n70\n[^]*\n130\n/);
  });

  it('leads from page to page, and to none that is missing', () => {
    const names = manual.map(({ name }) => name.replace(/\.1$/, ''));
    for (const { name, text } of manual) {
      const [, list = ''] = /\nSEE ALSO\n(.*)\n$/.exec(read(text)) ?? [];
      const others = list.split(', ').map((other) => other.replace(/\(1\)$/, ''));
      for (const other of others) expect(names, name).toContain(other);
      expect(others).not.toContain(name.replace(/\.1$/, ''));
    }
    expect(read(page('authcheck-config-show'))).toMatch(
      /\nauthcheck-config\(1\), authcheck-config-check\(1\), authcheck-config-init\(1\)\n$/,
    );
  });

  it('names the variables and files that count', () => {
    expect(read(page('authcheck-validate'))).toMatch(
      /\nAUTHCHECK_CONFIG\n[^]*\nAUTHCHECK_TOKEN\n[^]*\nNO_COLOR, FORCE_COLOR\n/,
    );
    expect(read(page('authcheck-validate'))).toContain('authcheck.config.yaml');
    expect(read(page('authcheck-schema'))).not.toMatch(/AUTHCHECK_|\nFILES\n/);
  });
});
