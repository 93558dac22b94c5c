import { Controller, Get } from '@nestjs/common';
import { ApiBearerAuth, ApiTags } from '@nestjs/swagger';
import { CurrentCustomerId } from '../auth/current-customer.decorator.js';
import { BatchLog, type LoggedEvent } from './batch-log.service.js';

@ApiTags('batch log')
@Controller('batch-log')
export class BatchLogController {
  constructor(private readonly log: BatchLog) {}

  @Get()
  @ApiBearerAuth()
  list(@CurrentCustomerId() id: number): LoggedEvent[] {
    return this.log.of(`customer-${id}`);
  }
}
