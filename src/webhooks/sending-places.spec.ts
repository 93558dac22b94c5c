import { SENDING_LIMITS, SendingPlaces } from './sending-places';

const delivery = (id: number, endpoint: number, owner: number) => ({
  id: `delivery_${id}`,
  endpointId: `whk_${endpoint}`,
  ownerId: `owner_${owner}`,
});
const some = (count: number, of: (index: number) => ReturnType<typeof delivery>) =>
  Array.from({ length: count }, (_, i) => of(i));

describe('SendingPlaces', () => {
  it('gives one endpoint few of them, and others go on', () => {
    const places = new SendingPlaces();
    const taken = some(10, (i) => delivery(i, 1, 1)).filter((one) => places.take(one));
    expect(taken).toHaveLength(SENDING_LIMITS.endpoint);
    expect(places.busy()).toEqual({ endpoints: ['whk_1'], owners: [] });
    expect(places.take(delivery(10, 2, 1))).toBe(true);
    places.leave(taken[0]!);
    expect(places.take(delivery(11, 1, 1))).toBe(true);
  });

  it('gives one owner a share of them, whatever its endpoints', () => {
    const places = new SendingPlaces();
    const taken = some(100, (i) => delivery(i, i, 1)).filter((one) => places.take(one));
    expect(taken).toHaveLength(SENDING_LIMITS.owner);
    expect(places.busy()).toEqual({ endpoints: [], owners: ['owner_1'] });
    expect(places.take(delivery(100, 100, 2))).toBe(true);
  });

  it('has no more than there are, and none twice', () => {
    const places = new SendingPlaces();
    expect(places.take(delivery(0, 0, 0))).toBe(true);
    expect(places.take(delivery(0, 0, 0))).toBe(false);
    const taken = some(100, (i) => delivery(i, i, i)).filter((one) => places.take(one));
    expect(taken).toHaveLength(SENDING_LIMITS.all - 1);
    expect(places.free).toBe(0);
  });
});
