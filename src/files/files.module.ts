import { Module } from '@nestjs/common';
import { FilesController } from './files.controller';
import { FilesService } from './files.service';
import { SegmentReader } from './segment-reader';

/** Files of a batch, read in place. */
@Module({ controllers: [FilesController], providers: [FilesService, SegmentReader], exports: [SegmentReader] })
export class FilesModule {}
