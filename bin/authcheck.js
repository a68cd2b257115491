#!/usr/bin/env node
'use strict';
const { accessSync, constants, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const bundle = join(__dirname, '../dist/cli');

/** Where the code is that compile.js compiled for this very Node; null if it did not, or if we may not read it. */
function findCompiled() {
  try {
    const folder = join(bundle, `compiled-${process.version}-${statSync(process.execPath).size}`);
    accessSync(join(folder, 'run.cjs'), constants.R_OK);
    return folder;
  } catch {
    return null;
  }
}

/** Loads files of the bundle as `require` does, but for compiling them, which takes as long as all else. */
function createLoader(compiled) {
  const modules = new Map();
  return function load(name) {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const module = { exports: {} };
    modules.set(name, module);
    const filename = join(bundle, name);
    const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'latin1')}\n})`;
    // V8 takes nothing that was compiled by another version, with other flags, or of a text of another length.
    const script = new Script(source, { filename, cachedData: readFileSync(join(compiled, name)) });
    const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
    script.runInThisContext()(module.exports, requireFrom, module, filename, bundle);
    return module.exports;
  };
}

const compiled = findCompiled();
const { run } = compiled === null ? require('../dist/cli/run.cjs') : createLoader(compiled)('run.cjs');
run();
