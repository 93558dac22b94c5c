import { ValidationFailedError } from '../http/meshbatch-error';
import { HostNames } from './host-names';
import { TargetAddresses } from './target-addresses';
import { TargetCheck } from './target-check';

const KNOWN: Readonly<Record<string, string[]>> = {
  'public.example': ['93.184.216.34'],
  'private.example': ['10.0.0.1'],
  'mixed.example': ['93.184.216.34', '::1'],
  'empty.example': [],
};

class KnownNames extends HostNames {
  async addressesOf(host: string) {
    const found = KNOWN[host];
    if (!found) throw new Error(`getaddrinfo ENOTFOUND ${host} at 10.9.9.9`);
    return found.map((address) => ({ address, family: 4 }));
  }
}

function check(url: string, allowedNetworks: string[] = []): Promise<string> {
  return new TargetCheck(new TargetAddresses({ allowedNetworks }), new KnownNames()).check(url);
}

describe('TargetCheck', () => {
  it.each([
    ['https://public.example/a?b=c', 'https://public.example/a?b=c'],
    ['https://PUBLIC.example:8443#here', 'https://public.example:8443/'],
    ['https://93.184.216.34/', 'https://93.184.216.34/'],
  ])('takes %s', async (url, canonical) => expect(await check(url)).toBe(canonical));

  it.each([
    'http://public.example/',
    'https://private.example/',
    'https://mixed.example/',
    'https://empty.example/',
    'https://unknown.example/',
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://2130706433/',
    'https://[::ffff:127.0.0.1]/',
    'https://user@public.example/',
    'https://user:word@public.example/',
    'file:///etc/passwd',
    'not a url',
    '',
  ])('refuses %p and tells nothing of how our network names things', async (url) => {
    const refused = await check(url).then(
      () => null,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ValidationFailedError);
    const [fault] = (refused as ValidationFailedError).faults;
    expect(fault).toMatchObject({ loc: ['body', 'url'], type: 'value_error' });
    expect(JSON.stringify(fault?.msg)).not.toMatch(/10\.|word|ENOTFOUND/);
  });

  it('says the same of a name that leads inside and of one that leads nowhere', async () => {
    const hosts = ['private', 'mixed', 'empty', 'unknown'];
    const refusals = await Promise.allSettled(hosts.map((host) => check(`https://${host}.example/`)));
    const told = refusals.map((refusal) => (refusal as PromiseRejectedResult).reason.faults[0].msg as string);
    expect(new Set(told)).toEqual(new Set(['The URL must be https and lead to a public address']));
  });

  it('takes plain http and private addresses where the operator allows them', async () => {
    expect(await check('http://private.example/', ['10.0.0.0/8'])).toBe('http://private.example/');
    await expect(check('http://public.example/', ['10.0.0.0/8'])).rejects.toThrow(ValidationFailedError);
  });
});
