import type { Actor } from './actor';
import { quiet } from './quiet';
import type { Seeded } from './seeded';
import type { Trace } from './trace';

/** Something that waits for its turn. */
export interface Task {
  readonly owner: Actor;
  readonly label: string;
  /** False while something that others hold is in its way. */
  canRun?(): boolean;
  run(): void | Promise<void>;
}

export interface Timer {
  readonly at: number;
  readonly owner: Actor;
  readonly label: string;
  /** Whether it is the pause of a loop that only looks for something to do. */
  readonly isLoop: boolean;
  readonly fire: () => void | Promise<void>;
}

/** Where the wall clock of every history begins: a whole day, so that times are easy to read. */
const EPOCH = Date.UTC(2026, 0, 1);

/**
 * Decides by its seed what goes next: one task at a time, and the rest of the program goes on from it until all is quiet again.
 * Time stands still as long as there is a task that can run.
 */
export class Scheduler {
  private tasks: Task[] = [];
  private sleeping: Timer[] = [];
  private time = EPOCH;
  steps = 0;

  constructor(
    private readonly random: Seeded,
    readonly trace: Trace,
  ) {}

  /** Milliseconds since the Unix epoch. */
  get now(): number {
    return this.time;
  }

  get timers(): readonly Timer[] {
    return this.sleeping;
  }

  add(task: Task): void {
    if (!task.owner.isDead) this.tasks.push(task);
  }

  /** Has `fire` take its turn `ms` from now; returns what takes that back. */
  after(owner: Actor, ms: number, label: string, fire: Timer['fire'], isLoop = false): () => void {
    const timer = { at: this.time + Math.max(0, ms), owner, label, isLoop, fire };
    this.sleeping.push(timer);
    return () => {
      this.sleeping = this.sleeping.filter((each) => each !== timer);
    };
  }

  /** Forgets all that an actor waits for. */
  drop(owner: Actor): void {
    this.tasks = this.tasks.filter((task) => task.owner !== owner);
    this.sleeping = this.sleeping.filter((timer) => timer.owner !== owner);
  }

  /** Runs one task that can run; false when there is none. */
  async step(): Promise<boolean> {
    await quiet();
    const able = this.tasks.filter((task) => !task.owner.isStopped && (task.canRun?.() ?? true));
    if (able.length === 0) return false;
    const task = able[this.random.below(able.length)]!;
    this.tasks.splice(this.tasks.indexOf(task), 1);
    this.steps++;
    this.trace.add(`${this.time - EPOCH} ${task.owner.name} ${task.label}`);
    await task.run();
    return true;
  }

  /** The time of the first timer, of those that `counts` picks, that somebody is awake for; Infinity when nobody waits. */
  nextTime(counts: (timer: Timer) => boolean = () => true): number {
    return this.sleeping.reduce(
      (first, timer) => (timer.owner.isStopped || !counts(timer) ? first : Math.min(first, timer.at)),
      Infinity,
    );
  }

  /** Puts the clock to `time` and makes tasks of what was waited for until then; who does not wake sleeps on. */
  advanceTo(time: number, wakes: (timer: Timer) => boolean = () => true): void {
    if (time === Infinity) throw new Error('Nobody waits for anything');
    this.time = Math.max(this.time, time);
    const isDue = (timer: Timer) => timer.at <= this.time && wakes(timer);
    const due = this.sleeping.filter(isDue);
    this.sleeping = this.sleeping.filter((timer) => !isDue(timer));
    for (const { owner, label, fire } of due) this.add({ owner, label, run: fire });
  }
}
