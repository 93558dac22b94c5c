import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What names this database where its blobs are kept. */
@Entity('installation')
export class InstallationEntity {
  /** The only row's. */
  @PrimaryColumn('text')
  name!: string;

  @Column('text')
  id!: string;
}
