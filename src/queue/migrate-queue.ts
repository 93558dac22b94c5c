import type { DataSource } from 'typeorm';
import { createBoss } from './boss';

/** The step that creates or upgrades the queue's own schema and its queues; run with the migrations, never by an API process. */
export async function migrateQueue(dataSource: DataSource, schema: string, queues: readonly string[]): Promise<void> {
  const boss = createBoss(dataSource, { schema, migrate: true, supervise: false });
  boss.on('error', () => undefined); // start and createQueue reject with the same error
  await boss.start();
  try {
    const existing = new Set((await boss.getQueues()).map((queue) => queue.name));
    for (const name of queues) {
      if (!existing.has(name)) {
        await boss.createQueue(name, { name, policy: 'short', retryLimit: 3, retryDelay: 2, retryBackoff: true });
      }
    }
  } finally {
    await boss.stop({ graceful: false });
  }
}
