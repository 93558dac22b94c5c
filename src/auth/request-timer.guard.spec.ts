import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, type ExecutionContext } from '@nestjs/common';
import { ManualClock } from '../../test/support/manual-clock';
import { RawConnection } from '../../test/support/service/raw-connection';
import { Metrics } from '../metrics/metrics';
import { RequestTimer } from './request-timer.guard';

@Controller('things')
class Things {
  @Get()
  list(): void {}
}

const contextOf = (answer: ServerResponse) =>
  ({
    getClass: () => Things,
    getHandler: () => Things.prototype.list,
    switchToHttp: () => ({ getResponse: () => answer }),
  }) as unknown as ExecutionContext;

it('RequestTimer times what waited for the answer before when their connection ended', async () => {
  const clock = new ManualClock();
  const metrics = new Metrics({}, clock);
  const timer = new RequestTimer(metrics, clock);
  const server = createServer((_, answer) => timer.canActivate(contextOf(answer))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connection = await RawConnection.open(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  connection.head('GET /');
  connection.head('GET /');
  const [{ socket }] = (await once(server, 'request')) as [{ socket: NodeJS.EventEmitter }];
  const ended = once(socket, 'close');
  connection.close();
  await ended;
  expect(await metrics.registry.metrics()).toMatch(
    /duration_seconds_count{route="\/things",method="GET",status="0".*} 2/,
  );
  server.close();
});
