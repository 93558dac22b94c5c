import type { INestApplicationContext } from '@nestjs/common';

/** On a signal closes everything; the process then ends by itself, as nothing is left that keeps it. */
export function endInOrder(app: INestApplicationContext): void {
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= app.close().catch((error: unknown) => {
      console.error(error);
      process.exitCode = 1;
    });
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}
