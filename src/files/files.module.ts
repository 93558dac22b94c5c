import { Module } from '@nestjs/common';
import { BlobFolders } from './blob-folders';
import { ConfigurableModuleClass } from './files.module-definition';
import { FilesService } from './files.service';
import { OpenStreams } from './open-streams';
import { SegmentReader } from './segment-reader';

/** Files of a batch, read in place. */
@Module({
  providers: [FilesService, SegmentReader, BlobFolders, OpenStreams],
  exports: [SegmentReader, BlobFolders, OpenStreams],
})
export class FilesModule extends ConfigurableModuleClass {}
