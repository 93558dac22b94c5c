import {
  applyDecorators,
  Controller,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
  type CanActivate,
  type Type,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiVersionGuard } from '../http/api-version.guard';
import { ErrorFilter } from '../http/error.filter';
import { OwnerGuard } from './owner.guard';
import { RequestTimer } from './request-timer.guard';

/** Where OpenAI's clients look for the API: its routes answer there as well, by the same controllers, and are documented once. */
export const OPENAI_PATH = 'openai';

/** A path of the API, and the same one for OpenAI's clients. */
export const withOpenAiPath = (path: string): string[] => [path, `${OPENAI_PATH}/${path}`];

/** A controller of the API: version, what comes `beforeKey`, then key, and our errors, nothing of it global. */
export const ApiController = (
  path: string | string[],
  tag: string,
  ...beforeKey: Type<CanActivate>[]
): ClassDecorator =>
  applyDecorators(
    // Our paths carry their own version, whatever versioning the host has.
    Controller({ path, version: VERSION_NEUTRAL }),
    ApiTags(tag),
    UseGuards(RequestTimer, ApiVersionGuard, ...beforeKey, OwnerGuard),
    UseFilters(ErrorFilter),
  );
