import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvalidBaseUrlError, clientSettings } from './client-settings';
import { loadEnv } from './env';
import { firstKeyPath } from './local-service';

describe('clientSettings', () => {
  let DATA_DIR: string;

  beforeAll(() => {
    DATA_DIR = mkdtempSync(join(tmpdir(), 'client-settings-'));
    writeFileSync(firstKeyPath(DATA_DIR), 'rsk_first\n');
  });
  afterAll(() => rmSync(DATA_DIR, { recursive: true }));

  it('finds the service that starts here without any setting', () => {
    const { HOST, PORT } = loadEnv({});
    expect(clientSettings({}, { DATA_DIR })).toEqual({ baseUrl: `http://${HOST}:${PORT}`, key: 'rsk_first' });
    expect(clientSettings({}, { DATA_DIR, PORT: '4000' }).baseUrl).toBe('http://127.0.0.1:4000');
  });

  it('takes what is given before the environment, and an empty value for none', () => {
    const env = { DATA_DIR, MESHBATCH_URL: 'https://a.example', MESHBATCH_KEY: 'rsk_env' };
    expect(clientSettings({}, env)).toEqual({ baseUrl: 'https://a.example', key: 'rsk_env' });
    const given = { baseUrl: 'https://b.example/x//', key: 'rsk_given' };
    expect(clientSettings(given, env)).toEqual({ baseUrl: 'https://b.example/x', key: 'rsk_given' });
    expect(clientSettings({}, { DATA_DIR, MESHBATCH_URL: '', MESHBATCH_KEY: '' }).key).toBe('rsk_first');
  });

  it.each([
    ['http://localhost:3000', 'rsk_first'],
    ['http://127.0.0.2:3000', 'rsk_first'],
    ['http://[::1]:3000', 'rsk_first'],
    ['http://127.0.0.1.example.com', null],
    ['http://localhost.example.com', null],
    ['https://10.0.0.1', null],
  ])('sends the first key of this machine to %s: %s', (baseUrl, key) => {
    expect(clientSettings({ baseUrl }, { DATA_DIR }).key).toBe(key);
  });

  it('does without a key where there is none', () => {
    expect(clientSettings({}, { DATA_DIR: join(DATA_DIR, 'none') }).key).toBeNull();
  });

  it.each(['localhost:3000', 'ftp://h', 'x', 'http://user:secret@h', 'http://h?key=secret'])(
    'refuses %s',
    (baseUrl) => {
      expect(() => clientSettings({ baseUrl }, {})).toThrow(InvalidBaseUrlError);
      expect(() => clientSettings({ baseUrl }, {})).toThrow(
        expect.objectContaining({ message: expect.not.stringContaining('secret') }),
      );
    },
  );
});
