import { toReferenceShape } from './reference-shape';

function reshaped(schema: object): unknown {
  const document = {
    openapi: '3.1.0',
    info: { title: '', version: '' },
    paths: {},
    components: { schemas: { S: schema } },
  };
  return toReferenceShape(document).components?.schemas?.S;
}

describe('toReferenceShape', () => {
  const ref = { $ref: '#/components/schemas/T' };
  const nothing = { type: 'null' };

  it.each([
    [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
    [{ type: 'string', nullable: false }, { type: 'string' }],
    [
      { type: 'string', enum: ['a'], nullable: true },
      { type: ['string', 'null'], enum: ['a', null] },
    ],
    [{ ...ref, nullable: true }, { oneOf: [ref, nothing] }],
    [
      { allOf: [ref], nullable: true, description: 'T' },
      { oneOf: [ref, nothing], description: 'T' },
    ],
    [{ type: 'object', allOf: [ref], nullable: true }, { oneOf: [ref, nothing] }],
    [{ oneOf: [ref], nullable: true }, { oneOf: [ref, nothing] }],
    [{ anyOf: [ref], nullable: true }, { anyOf: [ref, nothing] }],
    [
      { type: 'array', items: { type: 'integer', nullable: true } },
      { type: 'array', items: { type: ['integer', 'null'] } },
    ],
  ])('says null as OpenAPI 3.1 does: %j', (schema, expected) => {
    expect(reshaped(schema)).toStrictEqual(expected);
  });

  it('leaves values and the names of fields alone', () => {
    const schema = {
      type: 'object',
      properties: { nullable: { type: 'boolean' }, default: { type: 'string' }, type: { type: 'string' } },
      example: { type: 'string', nullable: true },
    };
    expect(reshaped(schema)).toStrictEqual(schema);
  });

  it('gives a value of any type no type, and no other schema', () => {
    expect(reshaped({ type: 'object', description: 'Any type' })).toStrictEqual({ description: 'Any type' });
    const described = { type: 'object', description: 'Anything' };
    expect(reshaped(described)).toStrictEqual(described);
  });
});
