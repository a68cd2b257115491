#!/usr/bin/env node
'use strict';
const { existsSync, readFileSync, statSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');

const bundle = join(__dirname, '../dist/cli');

/** Where the code is that compile.js compiled for this very Node; null if it did not. */
function findCompiled() {
  try {
    const folder = join(bundle, `compiled-${process.version}-${statSync(process.execPath).size}`);
    return existsSync(folder) ? folder : null;
  } catch {
    // Node was told to let nobody see its own file.
    return null;
  }
}

/**
 * Loads a file of the bundle as `require` does, but for compiling it, which takes as long as all else. V8 takes nothing
 * that was compiled by another version, with other flags, or of a text of another length; and the name of a file changes
 * with its text.
 */
function createLoader(compiled) {
  const modules = new Map();
  const requireFrom = (id) => (id.startsWith('./') ? load(id.slice(2)) : require(id));
  function load(name) {
    const known = modules.get(name);
    if (known !== undefined) return known.exports;
    const filename = join(bundle, name);
    const source = `(function(exports,require,module,__filename,__dirname){${readFileSync(filename, 'latin1')}\n})`;
    const script = new Script(source, { filename, cachedData: readIfThere(join(compiled, name)) });
    const module = { exports: {} };
    modules.set(name, module);
    try {
      script.runInThisContext()(module.exports, requireFrom, module, filename, bundle);
    } catch (error) {
      modules.delete(name);
      throw error;
    }
    return module.exports;
  }
  return load;
}

function readIfThere(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const compiled = findCompiled();
const { run } = compiled === null ? require('../dist/cli/run.cjs') : createLoader(compiled)('run.cjs');
run();
