import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

@Entity('customers')
export class Customer {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('varchar', { unique: true })
  email!: string;

  @Column('varchar')
  name!: string;

  @Column('varchar')
  passwordHash!: string;

  /** A suspended customer keeps a valid session but may only look. */
  @Column('boolean', { default: false })
  suspended!: boolean;
}
