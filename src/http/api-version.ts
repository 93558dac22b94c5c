import type { IncomingMessage } from 'node:http';

export const SUPPORTED_VERSIONS: readonly string[] = ['2026-08', '2026-09'];
export const BASELINE_VERSION = '2026-08';

/** The `X-Mesh-Version` that a request asks for, the baseline when it asks for none; null when we do not know it. */
export function requestedVersion(request: IncomingMessage): string | null {
  const sent = request.headers['x-mesh-version'];
  if (sent === undefined) return BASELINE_VERSION;
  // Node joins a header that was sent twice; the same value twice is still one.
  const versions = new Set(
    String(sent)
      .split(',')
      .map((version) => version.trim()),
  );
  const [version] = versions;
  return versions.size === 1 && version !== undefined && SUPPORTED_VERSIONS.includes(version) ? version : null;
}
