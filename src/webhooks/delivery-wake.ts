import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock';
import { Wake } from '../queue/wake';

/** What the sender of this process sleeps on. */
@Injectable()
export class DeliveryWake extends Wake {
  constructor(clock: Clock) {
    super(clock);
  }
}
