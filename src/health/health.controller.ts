import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { Database } from '../persistence/database';
import { ProviderPauses } from '../providers/provider-pauses';

@Controller('health')
@ApiTags('subpackage_health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: Database,
    private readonly pauses: ProviderPauses,
  ) {}

  @Get('live')
  @ApiOperation({ operationId: 'live-health-live-get', summary: 'Whether The Process Runs', security: [] })
  @ApiOkResponse({ description: 'Successful Response' })
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({ operationId: 'ready-health-ready-get', summary: 'Whether Requests Can Be Served', security: [] })
  @ApiOkResponse({ description: 'Successful Response' })
  @ApiServiceUnavailableResponse({ description: 'The database cannot be reached' })
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.checkDatabase(), () => this.checkProviders()]);
  }

  private async checkDatabase(): Promise<HealthIndicatorResult> {
    const indicator = this.indicators.check('database');
    try {
      await this.database.manager.query('SELECT 1');
      return indicator.up();
    } catch {
      return indicator.down();
    }
  }

  /** A provider that refuses our credentials is shown; the service itself still serves. */
  private checkProviders(): HealthIndicatorResult {
    const paused = this.pauses.list();
    return this.indicators.check('providers').up({ paused });
  }
}
