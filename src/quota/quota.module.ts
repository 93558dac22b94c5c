import { Module } from '@nestjs/common';
import { CommonModule } from '../common/common.module';
import { ConfigurableModuleClass } from './quota.module-definition';
import { QuotaService } from './quota.service';

/** Limits, held in the transaction that spends them. */
@Module({ imports: [CommonModule], providers: [QuotaService], exports: [QuotaService] })
export class QuotaModule extends ConfigurableModuleClass {}
