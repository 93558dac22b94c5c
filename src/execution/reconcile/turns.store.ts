import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock';
import { Database } from '../../persistence/database';
import { TurnEntity } from './turn.entity';

const takeTurn = (turns: string) => `INSERT INTO ${turns} AS turn (name, taken_at) VALUES ($1, $2)
  ON CONFLICT (name) DO UPDATE SET taken_at = excluded.taken_at WHERE turn.taken_at <= $3
  RETURNING name`;

/** Periodic passes that one process of a cluster makes for all: whoever comes first when the time has come. */
@Injectable()
export class TurnsStore {
  private readonly table: string;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {
    this.table = database.tableOf(TurnEntity);
  }

  /** Whether the pass is the caller's to make: nobody began it within `everyMs`. */
  async take(name: string, everyMs: number): Promise<boolean> {
    const now = this.clock.now();
    const parameters = [name, new Date(now), new Date(now - everyMs)];
    return (await this.database.manager.query<object[]>(takeTurn(this.table), parameters)).length > 0;
  }
}
