import type { DataSource } from 'typeorm';
import { Database } from '../../../src/persistence/database';
import { placementOn } from '../../../src/persistence/placement';

/** Our door to a database, on a DataSource that a test opened. */
export function testDatabase(dataSource: DataSource): Database {
  return new Database(dataSource, { placement: placementOn(dataSource), embedded: false, canListen: false });
}
