/** What claims look like without their values: tokens of one issuer look alike, and need to be searched only once. */

import { isList, isObject, type Json, type JsonObject } from './json.js';

/** What is remembered has its bounds: anybody may send a token, and name claims at will. */
const MAX_NODES = 2000;
const MAX_LETTERS = 2000;

/** A node of a tree of claim names: tokens of one shape end in one node, where what was found is kept. */
interface ShapeNode<Found> {
  readonly next: Map<string | symbol, ShapeNode<Found>>;
  found: Found | null;
}

/** Marks in the tree: an object, a list of objects, the end of an object. */
const OBJECT = Symbol('object');
const OBJECTS = Symbol('list of objects');
const END = Symbol('end');

/** Remembers what `look` finds in claims; it may look at names, and at which of them are texts, lists and objects. */
export function rememberByShape<Found extends object>(
  look: (claims: JsonObject) => Found,
): (claims: JsonObject) => Found {
  let start = createNode<Found>();
  let places = 0;
  let letters = 0;

  function step(place: ShapeNode<Found> | null, to: string | symbol): ShapeNode<Found> | null {
    if (place === null) return null;
    const known = place.next.get(to);
    if (known !== undefined) return known;
    const fresh = createNode<Found>();
    place.next.set(to, fresh);
    places += 1;
    return fresh;
  }

  function walk(container: JsonObject, from: ShapeNode<Found> | null): ShapeNode<Found> | null {
    let place = from;
    for (const name in container) {
      // One more for each name: an empty name is work too.
      if ((letters += 1 + name.length) > MAX_LETTERS) return null;
      const value = container[name];
      if (typeof value === 'string') place = step(place, name);
      else if (Array.isArray(value)) place = step(isObjectList(value) ? step(place, OBJECTS) : place, name);
      else if (isObject(value)) place = walk(value, step(step(place, OBJECT), name));
    }
    return step(place, END);
  }

  return (claims) => {
    if (places > MAX_NODES) {
      start = createNode();
      places = 0;
    }
    letters = 0;
    const place = walk(claims, start);
    const found = place?.found ?? look(claims);
    if (place !== null) place.found = found;
    return found;
  };
}

function createNode<Found>(): ShapeNode<Found> {
  return { next: new Map(), found: null };
}

/** Tells a list of which nothing can be mapped, as it holds objects alone. */
export function isObjectList(value: Json | undefined): boolean {
  return isList(value) && isObject(value[0]) && value.every((item) => isObject(item));
}
