// Compresses the client's files once, as far as possible, so that the server does not compress them on every request.
// Argument: the folder with the files.
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const COMPRESSIBLE = /\.(wasm|js|css|ftl|svg|json|txt|webmanifest)$/;
// Below this, the headers of a response outweigh what compression saves.
const MIN_BYTES = 512;

const folder = process.argv[2];
for (const name of readdirSync(folder, { recursive: true })) {
  const file = join(folder, name);
  if (!COMPRESSIBLE.test(name) || !statSync(file).isFile()) continue;
  const plain = readFileSync(file);
  if (plain.length < MIN_BYTES) continue;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  writeFileSync(`${file}.br`, brotliCompressSync(plain, { params }));
  writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
}
