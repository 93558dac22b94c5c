/** The samples of a scrape, each series with its value: `meshbatch_jobs_total{queue="…",outcome="done"}` → 2. */
export function samplesOf(scrape: string): Map<string, number> {
  const lines = scrape.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
}
