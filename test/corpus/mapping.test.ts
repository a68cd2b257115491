import { describe, expect, test } from 'vitest';
import { mapClaims, parseAuthConfig, type ClaimsMapping, type JsonObject } from '../../src/index.js';
import { differs } from './differences.js';
import { asSets, readCorpus } from './server.js';

interface MappingCase {
  readonly id: string;
  readonly claims: JsonObject;
  readonly mapping: ClaimsMapping;
  readonly expected: { readonly attributes?: Readonly<Record<string, readonly string[]>>; readonly error?: string };
}

describe('mapping', () => {
  test.for(readCorpus<MappingCase>('mapping').cases)('$id', ({ id, claims, mapping, expected }) => {
    const before = structuredClone(claims);
    if (expected.error?.startsWith('config:') === true) {
      const provider = { type: 'github_token', claims_mapping: mapping };
      expect(() => parseAuthConfig(provider)).toThrow('claims_mapping');
      return;
    }
    const { attributes } = mapClaims(claims, mapping);
    if (expected.attributes !== undefined) expect(asSets(attributes)).toEqual(asSets(expected.attributes));
    else {
      // The reference refuses these claims altogether; what is mapped instead is told in test/claims.test.ts.
      expect(differs('mapping', id)).toBe(true);
      expect(
        Object.values(attributes)
          .flat()
          .every((value) => typeof value === 'string'),
      ).toBe(true);
    }
    expect(claims).toEqual(before);
  });
});
