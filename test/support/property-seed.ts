import fc from 'fast-check';
import { FULL_TIER } from './tier';

// The sample of every change is the same, so that what fails is the change; the full tier looks further each time.
if (!FULL_TIER) fc.configureGlobal({ seed: 20_261_122 });
