import { expect, test } from 'vitest';
import { reportBug } from '../../src/cli/main.js';
import type { Io } from '../../src/cli/io.js';
import { record } from './recorder.js';

/** An io that remembers what was written. */
function recorder(env: Io['env'] = {}): { readonly io: Io; readonly said: () => string } {
  const { io, stdout, stderr } = record({ env });
  return { io, said: () => stdout() + stderr() };
}

test.each([
  [['--token', 'MARKED-one'], {}, 'MARKED-one'],
  [['--token=MARKED-two'], {}, 'MARKED-two'],
  [['--token', 'Bearer MARKED-three'], {}, 'MARKED-three'],
  [[], { AUTHCHECK_TOKEN: 'MARKED-four' }, 'MARKED-four'],
  [[], {}, 'eyJhbGciOiJub25lIn0.e30.MARKED'],
  [[], {}, 'ghp_MARKEDfromafile'],
])('a bug never repeats a token: %j', (argv, env, secret) => {
  for (const more of [[], ['--json'], ['--debug']]) {
    const { io, said } = recorder(env);
    expect(reportBug(new TypeError(`Invalid header value ${secret} was sent`), [...argv, ...more], io)).toBe(70);
    expect(said()).toContain('this is a bug in authcheck');
    expect(said()).toContain('Invalid header value');
    expect(said()).not.toContain('MARKED');
  }
});
