/** A class that TypeORM maps to a table. A file of its own: what a host's compiler reads must not lead to the types of `pg`. */
export type EntityClass = new () => object;
