import { defineConfig } from 'vitest/config';
import { group } from './groups.js';

export default defineConfig({ test: { include: group.tests, testTimeout: 20_000 } });
