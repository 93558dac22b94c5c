import { Body, Controller, Get, NotFoundException, Param, ParseIntPipe, Post, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { CurrentCustomerId } from '../auth/current-customer.decorator.js';
import { Public } from '../auth/public.decorator.js';
import { CustomerDto, ListCustomersDto, RegisterDto } from './customers.dto.js';
import { CustomersService } from './customers.service.js';

@ApiTags('customers')
@Controller('customers')
export class CustomersController {
  constructor(private readonly customers: CustomersService) {}

  @Public()
  @Post()
  @ApiCreatedResponse({ type: CustomerDto })
  async register(@Body() body: RegisterDto): Promise<CustomerDto> {
    return CustomerDto.of(await this.customers.register(body));
  }

  @Get()
  @ApiBearerAuth()
  @ApiOkResponse({ type: [CustomerDto] })
  async list(@Query() query: ListCustomersDto): Promise<CustomerDto[]> {
    return (await this.customers.list(query.limit)).map((customer) => CustomerDto.of(customer));
  }

  @Get('me')
  @ApiBearerAuth()
  @ApiOkResponse({ type: CustomerDto })
  me(@CurrentCustomerId() id: number): Promise<CustomerDto> {
    return this.get(id);
  }

  @Get(':id')
  @ApiBearerAuth()
  @ApiOkResponse({ type: CustomerDto })
  async get(@Param('id', ParseIntPipe) id: number): Promise<CustomerDto> {
    const customer = await this.customers.find(id);
    if (!customer) throw new NotFoundException(`There is no customer ${id}.`);
    return CustomerDto.of(customer);
  }
}
