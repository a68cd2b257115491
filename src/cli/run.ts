/** The program: this process, its arguments, its exit code. */

import { leaveWith, onCrash, openProcessIo, processArguments } from './io.js';
import { main, reportBug } from './main.js';

const argv = processArguments();
const io = openProcessIo();
onCrash((error) => reportBug(error, argv, io));
leaveWith(await main(argv, io));
