'use strict';
// Loaded into a service before anything else: tells, when it ends, how many modules of a kind it has loaded.
const { writeSync } = require('node:fs');

process.on('exit', () => {
  const loaded = Object.keys(require.cache).filter((path) => path.includes(process.env.TELL_MODULES));
  writeSync(2, `Modules of ${process.env.TELL_MODULES}: ${loaded.length}\n`);
});
