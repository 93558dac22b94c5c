import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import {
  HealthCheckService,
  HealthIndicatorService,
  type HealthCheckResult,
  type HealthIndicatorResult,
} from '@nestjs/terminus';
import { MeshbatchHealth } from './meshbatch-health';

@Controller('health')
@ApiTags('subpackage_health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly meshbatch: MeshbatchHealth,
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
    return this.health.check([() => this.look()]);
  }

  /** A provider that is paused is shown; the service itself still serves. */
  private async look(): Promise<HealthIndicatorResult> {
    const { database, pausedProviders } = await this.meshbatch.check();
    const indicator = this.indicators.check('database');
    return {
      ...(database === 'up' ? indicator.up() : indicator.down()),
      ...this.indicators.check('providers').up({ paused: pausedProviders }),
    };
  }
}
