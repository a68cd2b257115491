/** The program: this process, its arguments, its exit code. */

import { leaveWith, onCrash, openProcessIo, processArguments } from './io.js';
import { readVersion } from './version.js';

/** Runs the program. Only bin/authcheck.js does: a thread that loads the same code must not. */
export function run(): void {
  const argv = processArguments();
  const io = openProcessIo();
  // What everybody's scripts ask first needs nothing of what is below.
  if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
    io.stdout.write(`${readVersion()}\n`);
    return;
  }
  void import('./main.js').then(({ main, reportBug }) => {
    onCrash((error) => reportBug(error, argv, io));
    return main(argv, io).then(leaveWith);
  });
}
