import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { AnswerHeaders } from './answer-headers';
import { ApiVersionGuard } from './api-version.guard';
import { ErrorFilter } from './error.filter';
import { JsonBodies } from './json-body';
import { RawBodies } from './raw-body';
import { RequestIds } from './request-id';
import { RouteFinder } from './route-finder';

const HTTP_PROVIDERS = [RequestIds, AnswerHeaders, ApiVersionGuard, ErrorFilter, JsonBodies, RawBodies];

/** What every controller of ours uses; nothing here is global. */
@Module({ imports: [CommonModule], providers: [...HTTP_PROVIDERS, RouteFinder], exports: HTTP_PROVIDERS })
export class HttpModule {}
