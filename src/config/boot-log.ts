import type { LogLevel } from '@nestjs/common';

/** Nest tells of every module and route while it starts; only what is wrong is worth a line. */
export const BOOT_LOG: LogLevel[] = ['warn', 'error', 'fatal'];
