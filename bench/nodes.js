// The Nodes that are measured: this one, and another that NODE24 may name.
import { spawnSync } from 'node:child_process';

const { NODE24 } = process.env;

/** Each as its path and its version. */
export const NODES = [process.execPath, ...(NODE24 === undefined ? [] : [NODE24])].map((path) => ({
  path,
  version: spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim(),
}));

/** Measures with each, and puts beside each other in one row what has the same first cells. */
export async function measureEach(labels, measure) {
  const tables = [];
  for (const { path } of NODES) tables.push(await measure(path));
  return tables[0].map((row, index) => [
    ...row.slice(0, labels),
    ...tables.flatMap((rows) => rows[index].slice(labels)),
  ]);
}

/** The heads of columns that each Node has. */
export const headsOf = (...heads) => NODES.flatMap(({ version }) => heads.map((head) => `${head}, ${version}`));
