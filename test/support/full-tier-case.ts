import { FULL_TIER } from './tier';

/** A case that only the full tier runs: one of a kind of which others run in `npm test`. */
export const inFullTier = FULL_TIER ? it : it.skip;
