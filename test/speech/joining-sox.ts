import type { Tool } from '../../src/speech/speech.ts';

/** In place of sox: writes its inputs one after the other, whatever is in them. */
export const joiningSox: Tool = {
  command: process.execPath,
  args: [
    '-e',
    `const { readFileSync, writeFileSync } = require('node:fs');
     const args = process.argv.slice(1);
     const options = args.indexOf('-r');
     writeFileSync(args[options + 6], Buffer.concat(args.slice(0, options).map((file) => readFileSync(file))));`,
    '--',
  ],
};
