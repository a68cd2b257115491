/** The program: this process, its arguments, its exit code. */

import { leaveWith, onCrash, openProcessIo, processArguments } from './io.js';
import { readVersion } from './version.js';

const argv = processArguments();
const io = openProcessIo();

// What everybody's scripts ask first needs nothing of what is below.
if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) io.stdout.write(`${readVersion()}\n`);
else {
  void import('./main.js').then(({ main, reportBug }) => {
    onCrash((error) => reportBug(error, argv, io));
    return main(argv, io).then(leaveWith);
  });
}
