import { applyDecorators, Controller, UseFilters, UseGuards, UsePipes } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiVersionGuard } from '../http/api-version.guard';
import { DtoPipe } from '../http/dto.pipe';
import { ErrorFilter } from '../http/error.filter';
import { OwnerGuard } from './owner.guard';

/** A controller of the API: version, then key, our validation and our errors, and nothing of it global. */
export const ApiController = (path: string, tag: string): ClassDecorator =>
  applyDecorators(
    Controller(path),
    ApiTags(tag),
    UseGuards(ApiVersionGuard, OwnerGuard),
    UsePipes(DtoPipe),
    UseFilters(ErrorFilter),
  );
