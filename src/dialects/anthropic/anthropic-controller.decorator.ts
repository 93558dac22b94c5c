import { applyDecorators, Controller, UseFilters, UseGuards, VERSION_NEUTRAL } from '@nestjs/common';
import { ApiHeader, ApiResponse, ApiTags } from '@nestjs/swagger';
import { OwnerGuard } from '../../auth/owner.guard';
import { RequestTimer } from '../../auth/request-timer.guard';
import { ApiVersionGuard } from '../../http/api-version.guard';
import { RoomGuard } from '../../ingest/room.guard';
import { ANTHROPIC_VERSIONS, AnthropicVersionGuard, VERSION_HEADER } from './anthropic-version.guard';
import { AnthropicErrorFilter } from './anthropic-error.filter';
import { MessageErrorDto } from './dto/message-error.dto';

/** Status → what it says; any other is an error of the same shape. */
const ERRORS = [
  [400, 'The request cannot be served as it is; the message names each fault'],
  [401, 'No API key, or one that is unknown or revoked'],
  [403, 'The API key is suspended or lacks the scope'],
  [404, 'It does not exist, belongs to somebody else, or is no batch of messages'],
  ['default', 'Any other error'],
] as const;

/** A controller of the dialect: as every one of ours, but with the vendor's version and errors, and room for a create. */
export const AnthropicController = (path: string, tag: string): ClassDecorator =>
  applyDecorators(
    Controller({ path, version: VERSION_NEUTRAL }),
    ApiTags(tag),
    ApiHeader({ name: VERSION_HEADER, required: true, schema: { type: 'string', enum: [...ANTHROPIC_VERSIONS] } }),
    ...ERRORS.map(([status, description]) => ApiResponse({ status, description, type: MessageErrorDto })),
    UseGuards(RequestTimer, ApiVersionGuard, AnthropicVersionGuard, RoomGuard, OwnerGuard),
    UseFilters(AnthropicErrorFilter),
  );
