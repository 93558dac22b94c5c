import { DOWNLOAD_FAULTS } from '../../../support/crash/downloads';
import type { FaultPoint } from '../../../support/crash/fault-point';

/** A download holds what it should not, once. */
export const DOWNLOADS: readonly FaultPoint[] = DOWNLOAD_FAULTS.map((download) => ({
  name: `collect: download - ${download}`,
  strike: { download },
  sample: download === 'rows of another attempt in place of ours' ? ['server'] : [],
}));
