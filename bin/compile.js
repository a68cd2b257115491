// Compiles the bundle for the Node that runs this, for authcheck.js to start faster. What is compiled lies in a folder named
// for that Node, beside the text that it was made of: whoever can write to it can write to the text too.
'use strict';
const {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const bundle = join(__dirname, '../dist/cli');
const folder = join(bundle, `compiled-${process.version}-${statSync(process.execPath).size}`);

// Functions too, and not only what runs at once.
setFlagsFromString('--no-lazy');
const scripts = readdirSync(bundle)
  // The first file has the same name whatever is in it: of that, the text is read.
  .filter((name) => name.endsWith('.cjs') && name !== 'run.cjs')
  .map((name) => {
    const filename = join(bundle, name);
    // As authcheck.js wraps it: V8 takes what was compiled for a text of the same length alone.
    const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'latin1')}\n})`;
    return { name, script: new Script(source, { filename }) };
  });
// The flags are written down with it, and those of a Node that starts are these.
setFlagsFromString('--lazy');

const unfinished = mkdtempSync(`${folder}-`);
for (const { name, script } of scripts) writeFileSync(join(unfinished, name), script.createCachedData());
// Only its maker may look into such a folder, and others are to run the program too.
chmodSync(unfinished, statSync(bundle).mode);
// Others may compile the same at the same time: what is in place is moved away, not emptied, and the first to be done wins.
const old = `${unfinished}-old`;
move(folder, old);
move(unfinished, folder);
for (const left of [old, unfinished]) rmSync(left, { recursive: true, force: true });

function move(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) throw error;
  }
}
