import { Injectable } from '@nestjs/common';
import { OwnerResolver, UnauthorizedError, type Owner } from 'meshbatch';
import type { PlatformRequest } from '../auth/platform-request.js';
import { CustomersService } from '../customers/customers.service.js';

/** Batches belong to customers. Who is calling, the platform's session guard has already found out. */
@Injectable()
export class CustomerOwnerResolver extends OwnerResolver {
  constructor(private readonly customers: CustomersService) {
    super();
  }

  async resolve(request: PlatformRequest): Promise<Owner> {
    const customer = request.customerId === undefined ? null : await this.customers.find(request.customerId);
    if (!customer) throw new UnauthorizedError();
    return {
      id: `customer-${customer.id}`,
      scopes: customer.suspended ? ['batches:read'] : ['batches:read', 'batches:write'],
    };
  }
}
