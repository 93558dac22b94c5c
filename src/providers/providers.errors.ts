import { MeshbatchError } from '../http/meshbatch-error';

export class ModelNotFoundError extends MeshbatchError {
  override readonly name = 'ModelNotFoundError';

  constructor(model: string) {
    super('model_not_found', `The model ${shown(model)} does not exist.`);
  }
}

/** 501: the provider is known and has no batch API that we reach. */
export class NoBatchApiError extends MeshbatchError {
  override readonly name = 'NoBatchApiError';

  constructor(provider: string, capable: readonly string[]) {
    super('not_implemented', `Batch is not supported for the provider ${provider}.`, {
      details: { provider, providers_with_batch: capable },
    });
  }
}

/** 503 without `Retry-After`: only an operator can mend it. */
export class ProviderNotConfiguredError extends MeshbatchError {
  override readonly name = 'ProviderNotConfiguredError';

  constructor(provider: string) {
    super('provider_not_available', `The provider ${provider} is not configured here.`);
  }
}

export class CapabilityNotSupportedError extends MeshbatchError {
  override readonly name = 'CapabilityNotSupportedError';

  constructor(message: string) {
    super('model_capability_not_supported', message);
  }
}

function shown(model: string): string {
  return model.length > 100 ? `${model.slice(0, 100)}…` : model;
}
