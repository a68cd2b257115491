// Compiles the bundle for the Node that runs this, for authcheck.js to start faster. What is compiled lies in a folder named
// for that Node, beside the text that it was made of: whoever can write to it can write to the text too.
'use strict';
const { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { setFlagsFromString } = require('node:v8');
const { Script } = require('node:vm');

const bundle = join(__dirname, '../dist/cli');
const folder = join(bundle, `compiled-${process.version}-${statSync(process.execPath).size}`);
const unfinished = `${folder}.unfinished`;

// Functions too, and not only what runs at once.
setFlagsFromString('--no-lazy');
const scripts = readdirSync(bundle)
  .filter((name) => name.endsWith('.cjs'))
  .map((name) => {
    const filename = join(bundle, name);
    const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'latin1')}\n})`;
    return { name, script: new Script(source, { filename }) };
  });
// The flags are written down with it, and those of a Node that starts are these.
setFlagsFromString('--lazy');

rmSync(folder, { recursive: true, force: true });
mkdirSync(unfinished, { recursive: true });
for (const { name, script } of scripts) writeFileSync(join(unfinished, name), script.createCachedData());
renameSync(unfinished, folder);
