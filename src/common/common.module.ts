import { Module } from '@nestjs/common';
import { Clock, SystemClock } from './clock';
import { Ids } from './ids';
import { Random, SystemRandom } from './random';

/** Time, randomness and ids, each behind a class that a test can replace. */
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Random, useClass: SystemRandom },
    { provide: Ids, useFactory: (clock: Clock, random: Random) => new Ids(clock, random), inject: [Clock, Random] },
  ],
  exports: [Clock, Random, Ids],
})
export class CommonModule {}
