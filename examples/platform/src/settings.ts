import { randomBytes } from 'node:crypto';

/** Everything the platform reads from its environment. */
export interface Settings {
  platform: 'express' | 'fastify';
  port: number;
  /** Signs session tokens; processes that share logins share it. */
  sessionSecret: string;
  /** False leaves Meshbatch out, to see that nothing else changes. */
  meshbatch: boolean;
  /** Whether batches are worked on in this process, or in `worker.js`. */
  work: boolean;
  /** The Postgres database of the batches. */
  databaseUrl: string;
  /** The folder of inputs and results, shared by all processes. */
  dataFolder: string;
}

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const meshbatch = oneOf(env, 'MESHBATCH', ['on', 'off']) === 'on';
  if (meshbatch && !env.DATABASE_URL) throw new Error('DATABASE_URL must name the Postgres database of the batches');
  return {
    platform: oneOf(env, 'PLATFORM', ['express', 'fastify']),
    port: Number(env.PORT ?? 3000),
    sessionSecret: env.SESSION_SECRET ?? randomBytes(32).toString('base64url'),
    meshbatch,
    work: oneOf(env, 'WORK', ['on', 'off']) === 'on',
    databaseUrl: env.DATABASE_URL ?? '',
    dataFolder: env.DATA_FOLDER ?? './data',
  };
}

/** The value of a setting, which is one of a few; the first where none is given. */
function oneOf<T extends string>(env: NodeJS.ProcessEnv, name: string, values: readonly [T, ...T[]]): T {
  const given = env[name] ?? values[0];
  const value = values.find((known) => known === given);
  if (value === undefined) throw new Error(`${name} must be one of ${values.join(', ')}, and not ${given}`);
  return value;
}
