import type { EntityManager, ObjectLiteral, QueryDeepPartialEntity } from 'typeorm';
import type { EntityClass } from './entity-class';

/** New rows of one table. */
export interface NewRows {
  readonly entity: EntityClass;
  readonly rows: readonly object[];
}

/** Inserts rows of several tables by one statement, for one way to the server and back. Defaults are not read back. */
export async function insertTogether(tables: readonly NewRows[], tx: EntityManager): Promise<void> {
  const parameters: unknown[] = [];
  const inserts = tables.map(({ entity, rows }) => {
    const values = rows as QueryDeepPartialEntity<ObjectLiteral>[];
    const query = tx.createQueryBuilder().insert().into(entity).values(values).updateEntity(false);
    const [sql, own] = query.getQueryAndParameters();
    const before = parameters.length;
    parameters.push(...(own as readonly unknown[]));
    // Values are parameters, all of them: nothing else in the text looks like one.
    return sql.replace(/\$(\d+)/g, (_, number: string) => `$${Number(number) + before}`);
  });
  const first = inserts.slice(0, -1).map((sql, index) => `insert_${index} AS (${sql})`);
  await tx.query(`${first.length > 0 ? `WITH ${first.join(', ')} ` : ''}${inserts.at(-1)}`, parameters);
}
