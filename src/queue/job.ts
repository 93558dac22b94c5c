/** A wake-up: the row it names is the truth, so a job that is lost, late or doubled changes nothing. */
export interface Job {
  readonly queue: string;
  /** What the job is about, such as a part's id; of several waiting jobs of one queue and key one is kept. */
  readonly key: string;
  /** Of jobs that wait, the one with the highest runs first, then the oldest; 0 when left out. */
  readonly priority?: number;
}

/** Does a job's work. A throw fails the job, which is then tried again with backoff. */
export type JobHandler = (key: string) => Promise<void>;
