/**
 * The three functions of the package `reflect-metadata` that tsyringe, and so @peculiar/x509, calls.
 *
 * Imported before @peculiar/x509, which does not bring the package along.
 */

const known = new WeakMap<object, Map<unknown, unknown>>();

const get = (key: unknown, target: object): unknown => known.get(target)?.get(key);

const define = (key: unknown, value: unknown, target: object): void => {
  const metadata = known.get(target) ?? new Map<unknown, unknown>();
  known.set(target, metadata.set(key, value));
};

if (!('getMetadata' in Reflect)) {
  Object.assign(Reflect, { getMetadata: get, getOwnMetadata: get, defineMetadata: define });
}
