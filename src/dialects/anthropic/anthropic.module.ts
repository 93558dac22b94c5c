import { Module } from '@nestjs/common';
import { ConfigurableModuleClass } from './anthropic.module-definition';
import { MessageBatches } from './message-batches.service';

/** Batches as Anthropic's Message Batches API has them: `/v1/messages/batches`, whichever provider runs them. */
@Module({ providers: [MessageBatches] })
export class AnthropicModule extends ConfigurableModuleClass {}
