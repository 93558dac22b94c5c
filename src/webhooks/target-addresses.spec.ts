import fc from 'fast-check';
import { RefusedTargetError, TargetAddresses } from './target-addresses';

const isAllowed = (address: string, { protocol = 'https:', allowedNetworks = [] as string[] } = {}) => {
  try {
    new TargetAddresses({ allowedNetworks }).check(address, protocol);
    return true;
  } catch (error) {
    if (error instanceof RefusedTargetError) return false;
    throw error;
  }
};

describe('TargetAddresses', () => {
  it.each(['93.184.216.34', '8.8.8.8', '100.63.255.255', '172.32.0.1', '2606:4700::1111', '2a00:1450:4001::8a'])(
    'lets deliveries go to %s',
    (address) => expect(isAllowed(address)).toBe(true),
  );

  it.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.255',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::127.0.0.1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '100::1',
    '2001::1',
    '2001:db8::1',
    '2002:7f00:1::',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '5f00::1',
    '',
    'localhost',
  ])('refuses %s', (address) => expect(isAllowed(address)).toBe(false));

  it('refuses every IPv4 address that it refuses, also when it is written as an IPv6 one', () => {
    const octet = fc.nat(255);
    fc.assert(
      fc.property(octet, octet, octet, octet, (...octets) => {
        expect(isAllowed(`::ffff:${octets.join('.')}`)).toBe(isAllowed(octets.join('.')));
      }),
    );
  });

  it('refuses plain http, but to networks that the operator allows', () => {
    const allowedNetworks = ['10.1.0.0/16', 'fd00::/8', '192.168.7.7'];
    expect(isAllowed('8.8.8.8', { protocol: 'http:', allowedNetworks })).toBe(false);
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1', '192.168.7.7'])
      for (const protocol of ['http:', 'https:'])
        expect([address, isAllowed(address, { protocol, allowedNetworks })]).toEqual([address, true]);
    for (const address of ['10.2.0.1', 'fc00::1', '192.168.7.8'])
      expect([address, isAllowed(address, { allowedNetworks })]).toEqual([address, false]);
  });
});
