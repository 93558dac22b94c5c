import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { ConflictException, Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Customer } from './customer.entity.js';
import type { RegisterDto } from './customers.dto.js';

const derive = promisify<string, Buffer, number, Buffer>(scrypt);
const HASH_BYTES = 32;

@Injectable()
export class CustomersService {
  constructor(@InjectRepository(Customer) private readonly customers: Repository<Customer>) {}

  async register({ email, name, password }: RegisterDto): Promise<Customer> {
    if (await this.customers.existsBy({ email })) throw new ConflictException('This address is registered.');
    const salt = randomBytes(16);
    const passwordHash = `${salt.toString('hex')}:${(await derive(password, salt, HASH_BYTES)).toString('hex')}`;
    return this.customers.save(this.customers.create({ email, name, passwordHash }));
  }

  /** The customer with that address and password. */
  async verify(email: string, password: string): Promise<Customer | null> {
    const customer = await this.customers.findOneBy({ email });
    if (!customer) return null;
    const [salt = '', hash = ''] = customer.passwordHash.split(':');
    const given = await derive(password, Buffer.from(salt, 'hex'), HASH_BYTES);
    return timingSafeEqual(given, Buffer.from(hash, 'hex')) ? customer : null;
  }

  find(id: number): Promise<Customer | null> {
    return this.customers.findOneBy({ id });
  }

  list(limit: number): Promise<Customer[]> {
    return this.customers.find({ order: { id: 'ASC' }, take: limit });
  }
}
