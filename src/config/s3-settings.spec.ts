import { InvalidEnvError, loadEnv } from './env';
import { s3Options } from './s3-settings';

function faultsOf(source: NodeJS.ProcessEnv): string[] {
  try {
    loadEnv(source);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidEnvError)) throw error;
    expect(error.message).not.toContain('secret-value');
    return error.problems.map((problem) => problem.split(' ')[0] ?? '').sort();
  }
}

describe('the settings of a bucket', () => {
  it('leave the blobs in files without a bucket, and need no more than one', () => {
    expect(s3Options(loadEnv({}))).toBeUndefined();
    expect(s3Options(loadEnv({ S3_BUCKET: 'b', S3_REGION: '' }))).toEqual({ bucket: 'b' });
  });

  it('become the options of the store', () => {
    const env = loadEnv({
      S3_BUCKET: 'b',
      S3_PREFIX: 'team/batches',
      S3_REGION: 'eu-west-1',
      S3_ENDPOINT: 'http://minio:9000',
      S3_FORCE_PATH_STYLE: 'off',
      S3_ACCESS_KEY_ID: 'k',
      S3_SECRET_ACCESS_KEY: 's',
    });
    expect(s3Options(env)).toEqual({
      bucket: 'b',
      prefix: 'team/batches',
      region: 'eu-west-1',
      endpoint: 'http://minio:9000',
      forcePathStyle: false,
      accessKeyId: 'k',
      secretAccessKey: 's',
    });
  });

  it.each([
    ['S3_ENDPOINT', 'ftp://secret-value', 'S3_ENDPOINT'],
    ['S3_ENDPOINT', 'https://user:secret-value@host', 'S3_ENDPOINT'],
    ['S3_PREFIX', '/secret-value', 'S3_PREFIX'],
    ['S3_PREFIX', 'secret-value/', 'S3_PREFIX'],
    ['S3_FORCE_PATH_STYLE', 'secret-value', 'S3_FORCE_PATH_STYLE'],
    ['S3_ACCESS_KEY_ID', 'secret-value', 'S3_SECRET_ACCESS_KEY'],
    ['S3_SECRET_ACCESS_KEY', 'secret-value', 'S3_ACCESS_KEY_ID'],
  ])('refuse %s=%s', (name, value, fault) => {
    expect(faultsOf({ S3_BUCKET: 'b', [name]: value })).toEqual([fault]);
  });

  it('mean nothing without a bucket', () => {
    const rest = { S3_PREFIX: 'p', S3_REGION: 'r', S3_ENDPOINT: 'https://h', S3_FORCE_PATH_STYLE: 'on' };
    expect(faultsOf(rest)).toEqual(Object.keys(rest).sort());
  });
});
