import { setFlagsFromString } from 'node:v8';

// The embedded database lives for seconds in a test: optimising its code takes longer than it would save.
setFlagsFromString('--liftoff-only');
