import { expect, test } from 'vitest';
import { nearestName } from '../src/index.js';

test.each([
  ['audiense', 'audience'],
  ['AUDIENCE', 'audience'],
  ['isuer', 'issuer'],
  ['issuers', 'issuer'],
  // Two letters that changed places are one edit, also in a short word.
  ['uir', 'uri'],
  ['ulr', 'url'],
  ['uadeince', 'audience'],
  // The nearest one, wherever it stands; of two that are as near, the first.
  ['uris', 'uri'],
  ['urx', 'uri'],
  // Two edits are half of a word of four letters: that may be any word.
  ['urlx', 'url'],
  ['xrlx', null],
  ['audxxxce', null],
  ['ab', null],
  ['', null],
  ['something else', null],
  [`audience${'x'.repeat(100)}`, null],
])('%s → %s', (name, nearest) => {
  expect(nearestName(name, ['audience', 'issuer', 'uri', 'url', ''])).toBe(nearest);
});

test('knows nothing where no name is known', () => {
  expect(nearestName('audience', [])).toBeNull();
});

test('the case of what is known counts for nothing either', () => {
  expect(nearestName('uidx', ['UID'])).toBe('UID');
});
