#!/usr/bin/env node
/**
 * Takes one defence after the other out of a copy of the project and runs the spec that guards it, which must then fail: a test that
 * passes all the same proves nothing. `npm run test:defences`, or with the names of some of them; with `--check` it only looks whether
 * every defence is where it is said to be.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** What guards against an attack: the text that does it, what stands there without it, and the spec that notices. */
const DEFENCES = {
  'slow bodies': {
    file: 'src/ingest/body-pace.ts',
    guard: 'return this.silentMs >= this.limits.bodyIdleMs || this.reserveBytes < 0;',
    without: 'return false;',
    spec: 'src/ingest/paced-reader.spec.ts',
  },
  'a large body': {
    file: 'src/ingest/in-turns.ts',
    guard: 'if (received > maxBytes)',
    without: 'if (received < 0)',
    spec: 'test/e2e/contract/request-bodies.spec.ts',
  },
  'gzip bombs': {
    file: 'src/ingest/gunzip.ts',
    guard: 'if (this.decodedBytes > MAX_RATIO * this.zlib.bytesWritten)',
    without: 'if (this.decodedBytes < 0)',
    spec: 'test/e2e/contract/request-bodies.spec.ts',
  },
  'deep nesting': {
    file: 'src/ingest/body-format.ts',
    guard: 'export const MAX_DEPTH = 512;',
    without: 'export const MAX_DEPTH = 100_000_000;',
    spec: 'test/e2e/contract/validation.spec.ts',
  },
  'prototype pollution': {
    file: 'src/ingest/item-reader.ts',
    guard: 'if (Object.hasOwn(item, own)) Object.assign',
    without:
      'Object.setPrototypeOf(item, (item as { __proto__: object })["__proto__"]); if (own in item) Object.assign',
    spec: 'src/ingest/item-reader.spec.ts',
  },
  'path tricks in ids': {
    file: 'src/common/ids.ts',
    guard: 'return new RegExp(`^${prefix}_${ULID}$`).test(value);',
    without: 'return value.startsWith(prefix) || ULID.length > 0;',
    spec: 'test/e2e/contract/not-found.spec.ts',
  },
  'bytes that are no text': {
    file: 'src/ingest/item-reader.ts',
    guard: 'if (!isUtf8(bytes))',
    without: 'if (bytes.length < 0 && !isUtf8(bytes))',
    spec: 'test/e2e/contract/hostile-input.spec.ts',
  },
  'header injection': {
    file: 'src/http/request-id.ts',
    guard: "typeof own === 'string' && WELL_FORMED.test(own)",
    without: "typeof own === 'string' && (WELL_FORMED.test(own) || own !== '')",
    spec: 'test/e2e/contract/hostile-input.spec.ts',
  },
  'log injection': {
    file: 'src/config/logging.ts',
    guard: 'if (!process.stdout.isTTY) return pino(options);',
    without: 'if (process.stdout.columns === 7) return pino(options);',
    spec: 'test/e2e/contract/hostile-input.spec.ts',
  },
  'patterns that can be kept busy': {
    file: 'src/auth/api-key-owner-resolver.ts',
    guard: '/^Bearer +(\\S+)$/i',
    without: '/^Bearer +((\\S+)+)$/i',
    spec: 'test/contracts/patterns.spec.ts',
  },
  'keys tried over and over': {
    file: 'src/auth/key-attempts.ts',
    guard: 'if (window.wrong >= this.limit) throw this.refuse(window);',
    without: 'if (window.wrong >= 1e9) throw this.refuse(window); if (window.pending.size === 0) break;',
    spec: 'test/e2e/wrong-keys.spec.ts',
  },
  'the event of wrong keys': {
    file: 'src/auth/key-attempts.ts',
    guard: "event: 'wrong_api_key', ",
    without: '',
    spec: 'src/auth/key-attempts.spec.ts',
  },
  "a neighbour's batch": {
    file: 'src/batches/batches.store.ts',
    guard: 'findOneBy(BatchEntity, { id, ownerId })',
    without: 'findOneBy(BatchEntity, { id, ...(ownerId === "" && { ownerId }) })',
    spec: 'test/e2e/contract/neighbours.spec.ts',
  },
  "a neighbour's cancel": {
    file: 'src/batches/batches.store.ts',
    guard: 'where: { id, ownerId }, lock',
    without: 'where: { id, ...(ownerId === "" && { ownerId }) }, lock',
    spec: 'test/e2e/contract/neighbours.spec.ts',
  },
  "a neighbour's file": {
    file: 'src/files/files.service.ts',
    guard: 'const wanted = { id, ownerId, deletedAt: IsNull() };',
    without: 'const wanted = { id, ...(ownerId === "" && { ownerId }), deletedAt: IsNull() };',
    spec: 'test/e2e/contract/neighbours.spec.ts',
  },
  scopes: {
    file: 'src/auth/owner.guard.ts',
    guard: 'if (!owner.scopes.includes(scope))',
    without: 'if (owner.scopes.length === 0)',
    spec: 'test/e2e/contract/neighbours.spec.ts',
  },
  helmet: {
    file: 'src/config/start-service.ts',
    guard: 'app.use(securityHeaders());',
    without: 'void securityHeaders;',
    spec: 'test/e2e/contract/nothing-told.spec.ts',
  },
  'reasons that are told': {
    file: 'src/http/error.filter.ts',
    guard: "new MeshbatchError('internal_error', 'Internal error.')",
    without: "new MeshbatchError('internal_error', String(thrown))",
    spec: 'test/e2e/contract/nothing-told.spec.ts',
  },
  overload: {
    file: 'src/ingest/create-load.ts',
    guard: "if (this.places.full) throw this.refuse('process');",
    without: "if (this.places.taken < 0) throw this.refuse('process');",
    spec: 'test/e2e/contract/overload.spec.ts',
  },
  'an owner who takes all places': {
    file: 'src/ingest/create-load.ts',
    guard: 'if (!this.places.hasRoomFor(ownerId))',
    without: "if (!this.places.hasRoomFor(ownerId) && ownerId === '')",
    spec: 'src/ingest/create-load.spec.ts',
  },
  'webhooks to inside addresses': {
    file: 'src/webhooks/target-dispatcher.ts',
    guard: 'for (const { address } of found) this.addresses.check(address, protocol);',
    without: 'void protocol;',
    spec: 'src/webhooks/delivery-request.spec.ts',
  },
  "a neighbour's webhook": {
    file: 'src/webhooks/endpoints.store.ts',
    guard: 'findOneBy(WebhookEndpointEntity, { id, ownerId })',
    without: 'findOneBy(WebhookEndpointEntity, { id, ...(ownerId === "" && { ownerId }) })',
    spec: 'test/e2e/contract/neighbours.spec.ts',
  },
  'a full disk': {
    file: 'src/ingest/free-disk.ts',
    guard: 'if ((await this.look()) - bytes < this.floor)',
    without: 'if ((await this.look()) + bytes < 0)',
    spec: 'test/e2e/contract/bounds.spec.ts',
  },
  'what one owner stores': {
    file: 'src/quota/quota.service.ts',
    guard: 'if ((row?.stored ?? 0) + bytes > limit)',
    without: 'if ((row?.stored ?? 0) + bytes < 0)',
    spec: 'test/e2e/contract/bounds.spec.ts',
  },
};

const COPIED = ['src', 'test', 'docs', 'examples', 'package.json', 'ormconfig.ts', 'jest.config.js', 'README.md'];
const CONFIGURATIONS = ['tsconfig.json', 'tsconfig.build.json'];

for (const [name, { file, guard, spec }] of Object.entries(DEFENCES)) {
  if (!readFileSync(file, 'utf8').includes(guard)) throw new Error(`${file} has no defence against ${name}: ${guard}`);
  if (!existsSync(spec)) throw new Error(`${spec}, which guards the defence against ${name}, is missing`);
}
const args = process.argv.slice(2);
if (args.includes('--check')) process.exit(0);

const names = args.length > 0 ? args : Object.keys(DEFENCES);
const folder = mkdtempSync(join(tmpdir(), 'meshbatch-defences-'));
const run = (command, ...args) => spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
const unnoticed = [];
try {
  for (const path of [...COPIED, ...CONFIGURATIONS]) cpSync(path, join(folder, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  for (const name of names) {
    const noticed = tryWithout(name);
    console.log(
      `${noticed ? 'noticed    ' : 'NOT NOTICED'}  without the defence against ${name}: ${DEFENCES[name].spec}`,
    );
    if (!noticed) unnoticed.push(name);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${names.length - unnoticed.length} noticed, ${unnoticed.length} not noticed`);
process.exitCode = unnoticed.length > 0 ? 1 : 0;

/** Whether the spec fails without the defence; throws when what is left does not compile. */
function tryWithout(name) {
  const { file, guard, without, spec } = DEFENCES[name];
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(guard, () => without),
  );
  try {
    const build = run('npx', 'tsc', '-p', 'tsconfig.build.json');
    if (build.status !== 0) throw new Error(`Without the defence against ${name} nothing compiles: ${build.stdout}`);
    const tests = run('npx', 'jest', '--forceExit', spec);
    if (!/^Tests: .*\d+ total$/m.test(tests.stderr)) throw new Error(`The spec ${spec} did not run: ${tests.stderr}`);
    return tests.status !== 0;
  } finally {
    writeFileSync(path, text);
  }
}
