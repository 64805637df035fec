// How many bytes of the client come from which crate: sums the functions of a WASM file by their symbol names. The brotli size
// of a crate is that of its functions compressed alone, so the sizes add up to slightly more than the whole file.
// Argument: the WASM file, with names.
import { readFileSync } from 'node:fs';
import { brotliCompressSync } from 'node:zlib';

const bytes = readFileSync(process.argv.at(-1));
const CODE = 10;
const DATA = 11;
const FUNCTION_NAMES = 1;

/** Reads the numbers of the format (LEB128) and the bytes after them. */
function reader(buffer, at = 0) {
  const read = {
    at,
    number() {
      let [value, shift, byte] = [0, 0, 0];
      do {
        byte = buffer[read.at++];
        value += (byte & 0x7f) * 2 ** shift;
        shift += 7;
      } while (byte & 0x80);
      return value;
    },
    take(length) {
      read.at += length;
      return buffer.subarray(read.at - length, read.at);
    },
  };
  return read;
}

const sections = new Map();
for (const read = reader(bytes, 8); read.at < bytes.length;) {
  const id = bytes[read.at++];
  const content = read.take(read.number());
  if (id !== 0) sections.set(id, content);
}

/** Function names by index. */
function functionNames() {
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(bytes), 'name');
  const read = reader(Buffer.from(section));
  const names = new Map();
  while (read.at < section.byteLength) {
    const kind = read.take(1)[0];
    const end = read.number() + read.at;
    if (kind === FUNCTION_NAMES) {
      for (let count = read.number(); count > 0; count -= 1) {
        const index = read.number();
        names.set(index, read.take(read.number()).toString());
      }
    }
    read.at = end;
  }
  return names;
}

/** The number of imported functions: they have the lowest indices. */
function importedFunctions() {
  return WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(({ kind }) => kind === 'function').length;
}

/** The crate of a symbol in Rust's legacy mangling; for a method, the crate of its type. */
function crateOf(symbol) {
  const [, length, rest] = symbol.match(/^_ZN(\d+)(.*)$/s) ?? [];
  if (length === undefined) return 'other';
  const segment = rest.slice(0, Number(length));
  // Tokens before a type that belong to no crate: brackets, references, and `dyn`.
  const type = /^_?(\$[A-Z]{2}\$|\$u[0-9a-f]+\$|mut|const|dyn)*/;
  const [first] = segment.replace(type, '').split(/\.\.|\$/);
  // A blanket implementation belongs to the crate of the trait.
  const trait = /^[A-Z0-9]*$/.test(first) ? segment.split('$u20$as$u20$')[1]?.replace(type, '').split(/\.\.|\$/)[0] : first;
  return trait || 'core';
}

const names = functionNames();
const crates = new Map();
const code = reader(sections.get(CODE));
const first = importedFunctions();
for (let count = code.number(), index = first; count > 0; count -= 1, index += 1) {
  const body = code.take(code.number());
  const crate = crateOf(names.get(index) ?? '');
  crates.set(crate, [...(crates.get(crate) ?? []), body]);
}
crates.set('(texts and tables)', [sections.get(DATA)]);

const sizes = [...crates].map(([crate, parts]) => {
  const all = Buffer.concat(parts);
  return { crate, plain: all.length, brotli: brotliCompressSync(all).length };
}).sort((one, other) => other.brotli - one.brotli);
const total = sizes.reduce((sum, { plain }) => sum + plain, 0);
console.log(`${'crate'.padEnd(28)}${'bytes'.padStart(10)}${'brotli'.padStart(10)}`);
for (const { crate, plain, brotli } of sizes.slice(0, 30)) {
  console.log(`${crate.padEnd(28)}${String(plain).padStart(10)}${String(brotli).padStart(10)}`);
}
console.log(`${'all'.padEnd(28)}${String(total).padStart(10)}${String(brotliCompressSync(bytes).length).padStart(10)}`);
