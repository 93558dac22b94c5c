import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSecretsKey } from '../common/secret-box';
import type { EmbeddedDatabase } from '../persistence/embedded/embedded-database';
import { SecretsKeyFileError, secretsKeys } from './secrets-keys';

const embedded = {} as EmbeddedDatabase;

describe('secretsKeys', () => {
  let DATA_DIR: string;
  beforeEach(() => (DATA_DIR = mkdtempSync(join(tmpdir(), 'meshbatch-keys-'))));
  afterEach(() => rmSync(DATA_DIR, { recursive: true, force: true }));

  it('are those of the setting, wherever the database is', () => {
    for (const persistence of [{}, { embedded }])
      expect(secretsKeys({ SECRETS_KEY: ['a', 'b'], DATA_DIR }, persistence)).toEqual(['a', 'b']);
    expect(readdirSync(DATA_DIR)).toEqual([]);
  });

  it('are none on a server without the setting', () => {
    expect(secretsKeys({ DATA_DIR }, {})).toEqual([]);
    expect(readdirSync(DATA_DIR)).toEqual([]);
  });

  it('are one beside the embedded database, made once and for this user alone', () => {
    const [key] = secretsKeys({ DATA_DIR }, { embedded });
    expect(isSecretsKey(key!)).toBe(true);
    expect(secretsKeys({ DATA_DIR }, { embedded })).toEqual([key]);
    expect(readdirSync(DATA_DIR)).toEqual(['secrets-key']);
    expect(statSync(join(DATA_DIR, 'secrets-key')).mode & 0o777).toBe(0o600);
  });

  it('are never replaced: a file that holds none stops the start', () => {
    writeFileSync(join(DATA_DIR, 'secrets-key'), 'x');
    expect(() => secretsKeys({ DATA_DIR }, { embedded })).toThrow(SecretsKeyFileError);
  });
});
