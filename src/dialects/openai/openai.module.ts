import { Module } from '@nestjs/common';
import { CommonModule } from '../../common/common.module';
import { ConfigurableModuleClass } from './openai.module-definition';
import { UploadEndpoint } from './upload.endpoint';
import { UploadService } from './upload.service';

/** What OpenAI's SDK asks for beyond batches and their files: uploads, and models in its own form. */
@Module({ imports: [CommonModule], providers: [UploadEndpoint, UploadService] })
export class OpenAiModule extends ConfigurableModuleClass {}
