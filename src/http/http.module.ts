import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { AnswerHeaders } from './answer-headers';
import { ApiVersionGuard } from './api-version.guard';
import { DtoPipe } from './dto.pipe';
import { ErrorFilter } from './error.filter';
import { RequestIds } from './request-id';

const HTTP_PROVIDERS = [RequestIds, AnswerHeaders, ApiVersionGuard, DtoPipe, ErrorFilter];

/** What every controller of ours uses; nothing here is global. */
@Module({ imports: [CommonModule], providers: HTTP_PROVIDERS, exports: HTTP_PROVIDERS })
export class HttpModule {}
