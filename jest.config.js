/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: ['**/*.spec.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFiles: ['<rootDir>/test/support/property-seed.ts', '<rootDir>/test/support/wasm-compiler.ts'],
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // Properties are tried far more often there.
  testTimeout: process.env.TEST_TIER === 'full' ? 300_000 : 60_000,
  maxWorkers: 4,
  maxConcurrency: 12,
};
