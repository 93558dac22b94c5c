import { DataSource } from 'typeorm';
import { ENTITIES } from '../../../src/meshbatch/entities';
import { migrate } from '../../../src/meshbatch/migrate';
import { placementOn } from '../../../src/persistence/placement';
import type { TestDatabase } from './test-databases';

/** Brings a test's database up to this version, and opens connections of the test's own with our entities on them. */
export async function openRows({ options }: TestDatabase): Promise<DataSource> {
  const plain = await new DataSource(options).initialize();
  const { tablePrefix } = placementOn(plain);
  await migrate(plain);
  await plain.destroy();
  return new DataSource({ ...options, entities: [...ENTITIES], entityPrefix: tablePrefix }).initialize();
}
