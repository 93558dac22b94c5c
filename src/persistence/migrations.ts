import { InitialSchema1764000000000 } from './migrations/1764000000000-initial-schema';

/** Every migration, oldest first; a host adds them to its own DataSource. */
export const MIGRATIONS = [InitialSchema1764000000000];

/** Where TypeORM notes which of them have run; its own, so that a host's migrations keep theirs. */
export const MIGRATIONS_TABLE = 'meshbatch_migrations';
