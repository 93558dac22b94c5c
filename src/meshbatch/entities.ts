import type { EntityClass } from '../persistence/entity-class';
import { ApiKeyEntity } from '../auth/api-key.entity';
import { OwnerEntity } from '../auth/owner.entity';
import { BatchEntity } from '../batches/batch.entity';
import { ErasureEntity } from '../batches/erasure.entity';
import { IdempotencyKeyEntity } from '../batches/idempotency-key.entity';
import { LeftoverEntity } from '../batches/leftover.entity';
import { PartEntity } from '../batches/part.entity';
import { InstallationEntity } from '../execution/reconcile/installation.entity';
import { TurnEntity } from '../execution/reconcile/turn.entity';
import { StoredFileEntity } from '../files/stored-file.entity';
import { ProviderPauseEntity } from '../providers/provider-pause.entity';
import { WebhookDeliveryEntity } from '../webhooks/webhook-delivery.entity';
import { WebhookEndpointEntity } from '../webhooks/webhook-endpoint.entity';

/** The entities of all modules. They live on a DataSource of our own, never on a host's. */
export const ENTITIES: readonly EntityClass[] = [
  OwnerEntity,
  ApiKeyEntity,
  BatchEntity,
  PartEntity,
  StoredFileEntity,
  LeftoverEntity,
  ErasureEntity,
  TurnEntity,
  InstallationEntity,
  ProviderPauseEntity,
  WebhookEndpointEntity,
  WebhookDeliveryEntity,
  IdempotencyKeyEntity,
];
